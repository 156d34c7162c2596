//! What answers tasks for real on the command line: the choice, the agreement, where services are.

use std::path::PathBuf;

use crate::cli::Source;
use crate::project::Project;
use crate::sidecar::AwsSite;
use crate::sidecar::Backend;
use crate::sidecar::BackendPlan;
use crate::sidecar::Backends;
use crate::sidecar::Consent;
use crate::workspace::consent_folder;
use crate::workspace::folder_backends;
use crate::workspace::load_consents;
use crate::workspace::project_functions;

#[derive(clap::Args, Debug, Default)]
pub struct BackendArgs {
    /// What answers tasks of which the companion says nothing; mocks that are named on the command line count first
    #[arg(long, value_enum)]
    backend: Option<BackendArg>,
    /// What may be done for real: command, lambda, http, aws; or all
    #[arg(long, value_name = "KINDS", value_delimiter = ',')]
    allow: Vec<AllowArg>,
    /// Where services are called instead of AWS
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,
    /// The profile of the AWS tools' own files whose credentials sign calls
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// The region of services
    #[arg(long, value_name = "NAME")]
    region: Option<String>,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum BackendArg {
    Mock,
    Local,
    Aws,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum AllowArg {
    Command,
    Lambda,
    Http,
    Aws,
    All,
}

/// Whether mocks were named in so many words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    Mocks,
    Nothing,
}

/// What says something of backends besides the command line, the nearest first.
#[derive(Debug)]
pub struct Said {
    /// What consent is given for.
    pub folder: PathBuf,
    pub layers: Vec<(PathBuf, Backends)>,
}

impl Said {
    /// What a definition's companion, its folder and its project say; a scenario's own word counts before them.
    pub fn of(source: &Source, scenario: Option<&Backends>, companion: &Backends) -> Said {
        let project = source.within.as_ref().map(|within| within.project.as_ref());
        let near = scenario.into_iter().chain([companion]).cloned();
        Said::within(source.folder(), near.collect(), project)
    }

    /// What a folder and its project say, after what is nearer.
    pub fn within(folder: PathBuf, near: Vec<Backends>, project: Option<&Project>) -> Said {
        // Programs that are started in it look for their files from there.
        let folder = match folder.as_os_str().is_empty() {
            true => PathBuf::from("."),
            false => folder,
        };
        let folder = std::path::absolute(&folder).unwrap_or(folder);
        let mut layers: Vec<(PathBuf, Backends)> = near
            .into_iter()
            .map(|backends| (folder.clone(), backends))
            .collect();
        // What is wrong with its file is told once, among the complaints.
        let (backends, _) = folder_backends(&folder);
        layers.push((folder.clone(), backends));
        layers.extend(project.map(|project| (folder.clone(), project_functions(project))));
        Said { folder, layers }
    }
}

impl BackendArgs {
    /// Everything together.
    ///
    /// # Errors
    /// What was agreed to cannot be read, or an option has nothing to go with: one sentence.
    pub fn plan(&self, said: Said, named: Named) -> Result<BackendPlan, String> {
        let chosen = self.backend.map(|backend| match backend {
            BackendArg::Mock => Backend::Mock,
            BackendArg::Local => Backend::Local,
            BackendArg::Aws => Backend::Aws,
        });
        let mut plan = BackendPlan {
            folder: said.folder,
            forced: Backends {
                usual: chosen.into_iter().collect(),
                aws: AwsSite {
                    endpoint: self.endpoint_url.as_deref().map(address).transpose()?,
                    region: self.region.clone(),
                    profile: self.profile.clone(),
                },
                ..Backends::default()
            },
            layers: said.layers,
            allowed: Default::default(),
        };
        if named == Named::Mocks {
            plan.mocks_first();
        }
        plan.allowed = match load_consents() {
            Ok(consents) => consents.of(&consent_folder(&plan.folder)),
            Err(reason) if plan.is_real() => return Err(reason),
            Err(_) => Default::default(),
        };
        plan.allowed.extend(self.allowed());
        Ok(plan)
    }

    fn allowed(&self) -> Vec<Consent> {
        let kinds = self.allow.iter();
        kinds
            .flat_map(|kind| match kind {
                AllowArg::Command => vec![Consent::Command],
                AllowArg::Lambda => vec![Consent::Lambda],
                AllowArg::Http => vec![Consent::Http],
                AllowArg::Aws => vec![Consent::Aws],
                AllowArg::All => Consent::ALL.to_vec(),
            })
            .collect()
    }
}

fn address(text: &str) -> Result<String, String> {
    match text.starts_with("http://") || text.starts_with("https://") {
        true => Ok(text.trim_end_matches('/').to_owned()),
        false => Err(format!(
            "--endpoint-url {text} is no address that begins with http:// or https://"
        )),
    }
}
