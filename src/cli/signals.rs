//! What the system asks of a verb that runs: programs that it has started must not outlive it.

/// How a verb is asked to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// By a person: Ctrl-C.
    Stop,
    /// By the system, or by whoever started it: SIGTERM.
    End,
}

/// Hears what is asked from the moment it is made. From then on the process does not end by itself.
#[derive(Debug)]
pub struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Needs a tokio runtime around.
    ///
    /// # Errors
    /// The system does not let it hear: one sentence.
    pub fn hear() -> Result<Signals, String> {
        use tokio::signal::unix::SignalKind;
        use tokio::signal::unix::signal;
        let hear = |kind: SignalKind| {
            signal(kind).map_err(|error| format!("Ctrl-C cannot be heard: {error}"))
        };
        Ok(Signals {
            interrupt: hear(SignalKind::interrupt())?,
            terminate: hear(SignalKind::terminate())?,
        })
    }

    /// The next that is asked.
    pub async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.interrupt.recv() => Asked::Stop,
            _ = self.terminate.recv() => Asked::End,
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    /// Needs a tokio runtime around.
    ///
    /// # Errors
    /// Never here.
    pub fn hear() -> Result<Signals, String> {
        Ok(Signals {})
    }

    /// The next that is asked.
    pub async fn next(&mut self) -> Asked {
        // Without a way to hear it, the process ends as the system has it.
        match tokio::signal::ctrl_c().await {
            Ok(()) => Asked::Stop,
            Err(_) => std::future::pending().await,
        }
    }
}
