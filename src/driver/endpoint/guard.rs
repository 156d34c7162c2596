//! Who may ask: programs of this machine, not pages that a browser shows from elsewhere.
//!
//! A page from elsewhere cannot forge `Origin` and `Host`, which is what this rests on: `Origin` names the page that
//! asks, and a name that was pointed at this machine to get around it (DNS rebinding) still stands in `Host`.

use std::net::IpAddr;

/// Names besides the loopback ones by which the endpoints may be called.
#[derive(Clone, Debug, Default)]
pub struct Guests {
    pub hosts: Vec<String>,
}

/// The headers of a request that say where it comes from.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sender<'a> {
    pub host: Option<&'a str>,
    pub origin: Option<&'a str>,
    pub referer: Option<&'a str>,
    /// `Sec-Fetch-Site`
    pub site: Option<&'a str>,
}

impl Guests {
    /// Lets a request in that reached this machine at the address `local`.
    ///
    /// # Errors
    /// What is wrong and what to do, for whoever asked.
    pub(crate) fn admit(&self, sender: Sender<'_>, local: IpAddr) -> Result<(), String> {
        let Some(host) = sender.host else {
            return Err("the request has no Host header".to_owned());
        };
        if !self.knows(host_of(host), local) {
            return Err(format!(
                "the Host header names \"{host}\", which is not this machine; ask for localhost or 127.0.0.1, or \
                 allow the name with --allow-host"
            ));
        }
        if let Some(origin) = sender.origin {
            let name = origin.split_once("://").map(|(_, rest)| host_of(rest));
            if name.is_none_or(|name| !self.knows(name, local)) {
                return Err(format!(
                    "a page of {origin} may not use the local endpoint; only pages of this machine may, and hosts \
                     allowed with --allow-host"
                ));
            }
            return Ok(());
        }
        let from_here = sender.referer.and_then(|page| page.split_once("://"));
        let from_here = from_here.is_some_and(|(_, rest)| self.knows(host_of(rest), local));
        if sender.site == Some("cross-site") && !from_here {
            let words = "a page of another site may not use the local endpoint";
            return Err(words.to_owned());
        }
        Ok(())
    }

    fn knows(&self, name: &str, local: IpAddr) -> bool {
        // SDKs put this before the host of some actions of Step Functions.
        let name = name.strip_prefix("sync-").unwrap_or(name);
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = bare.parse::<IpAddr>() {
            let address = address.to_canonical();
            return address.is_loopback() || address == local.to_canonical();
        }
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let allowed = |host: &String| host.eq_ignore_ascii_case(&name);
        name == "localhost" || name.ends_with(".localhost") || self.hosts.iter().any(allowed)
    }
}

/// The name in `name:port`, `[address]:port` or `name/path`.
fn host_of(text: &str) -> &str {
    let authority = text.split(['/', '?', '#']).next().unwrap_or(text);
    if authority.starts_with('[') {
        let end = authority.find(']').map_or(authority.len(), |end| end + 1);
        return authority.get(..end).unwrap_or(authority);
    }
    authority.split(':').next().unwrap_or(authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(host: &str, origin: Option<&str>) -> bool {
        let guests = Guests {
            hosts: vec!["dev.example.test".to_owned()],
        };
        let sender = Sender {
            host: Some(host),
            origin,
            ..Sender::default()
        };
        guests.admit(sender, IpAddr::from([192, 168, 1, 7])).is_ok()
    }

    #[test]
    fn only_this_machine_and_allowed_names_are_let_in() {
        for host in [
            "localhost:8080",
            "LOCALHOST",
            "localhost.",
            "app.localhost:1",
            "127.0.0.1:8080",
            "127.1.2.3",
            "[::1]:8080",
            "192.168.1.7:8080",
            "dev.example.test:8080",
            "sync-localhost:8080",
            "sync-127.0.0.1:8080",
        ] {
            assert!(admitted(host, None), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "192.168.1.8",
            "sync-evil.example",
            "",
            "[::1",
        ] {
            assert_eq!(admitted(host, None), host == "[::1", "{host}");
        }
    }

    #[test]
    fn a_page_from_elsewhere_is_refused() {
        for origin in [
            "http://localhost:3000",
            "https://127.0.0.1",
            "http://[::1]:5173",
        ] {
            assert!(admitted("localhost", Some(origin)), "{origin}");
        }
        for origin in [
            "null",
            "https://evil.example",
            "http://localhost.evil.example",
            "http://evil.example/localhost",
            "file://",
            "",
        ] {
            assert!(!admitted("localhost", Some(origin)), "{origin}");
        }
    }

    #[test]
    fn an_image_of_a_foreign_page_is_refused_and_one_of_our_own_is_not() {
        let sender = Sender {
            host: Some("127.0.0.1"),
            site: Some("cross-site"),
            ..Sender::default()
        };
        let here = IpAddr::from([127, 0, 0, 1]);
        assert!(Guests::default().admit(sender, here).is_err());
        let own = Sender {
            referer: Some("http://localhost:3000/page"),
            ..sender
        };
        assert!(Guests::default().admit(own, here).is_ok());
        assert!(Guests::default().admit(Sender::default(), here).is_err());
    }
}
