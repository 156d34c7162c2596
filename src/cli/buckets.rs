//! The flags of `run` about distributed Maps: folders for buckets, and the histories of child executions.

use std::path::PathBuf;

use crate::backends::buckets;
use crate::backends::lay_down;
use crate::engine::Event;
use crate::engine::StoredObject;

#[derive(clap::Args, Debug, Default)]
pub struct BucketArgs {
    /// A folder with one folder for each S3 bucket; item readers of distributed Maps see its files
    #[arg(long, value_name = "DIR")]
    s3: Option<PathBuf>,
    /// Where result writers write, as DIR/BUCKET/KEY; without it nothing is written
    #[arg(long, value_name = "DIR")]
    results: Option<PathBuf>,
    /// With --format history: the child execution of a distributed Map to print, by its name or ARN
    #[arg(long, value_name = "NAME")]
    execution: Option<String>,
}

impl BucketArgs {
    /// What item readers see.
    pub fn objects(&self) -> Result<Vec<StoredObject>, String> {
        self.s3.as_deref().map_or_else(|| Ok(Vec::new()), buckets)
    }

    /// Writes what the run's result writers wrote, where that was asked for.
    pub fn lay_down(&self, stored: &[StoredObject]) -> Result<(), String> {
        match &self.results {
            Some(folder) => lay_down(stored, folder),
            None => Ok(()),
        }
    }

    /// The name of the child execution asked for.
    pub fn child<'a>(&self, events: &'a [Event]) -> Result<Option<&'a str>, String> {
        let Some(wanted) = &self.execution else {
            return Ok(None);
        };
        events
            .iter()
            .filter_map(|event| event.child.as_ref())
            .find(|child| *child.name == **wanted || *child.arn == **wanted)
            .map(|child| Some(child.name.as_ref()))
            .ok_or_else(|| {
                format!(
                    "--execution {wanted}: the run has no such child execution; \
                     --format json lists them under mapRuns"
                )
            })
    }
}
