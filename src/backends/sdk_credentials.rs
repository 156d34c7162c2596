//! Credentials from where AWS tools keep them, fetched when they are first needed and again before they expire.

use std::fmt;
use std::time::Duration;
use std::time::SystemTime;

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;
use tokio::sync::Mutex;

use crate::backends::web::Fetcher;

/// Fetched anew when they would expire within this time.
const EARLY: Duration = Duration::from_secs(300);

/// Where nothing names a region.
const REGION: &str = "us-east-1";

/// Looks credentials up and keeps them. It has no words for what it keeps.
pub(crate) struct Keys {
    profile: Option<String>,
    /// Without credentials anywhere, something on this machine gets a stand-in.
    local: bool,
    kept: Mutex<Option<Credentials>>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}

impl Keys {
    pub(crate) fn new(profile: Option<String>, local: bool) -> Keys {
        Keys {
            profile,
            local,
            kept: Mutex::new(None),
        }
    }

    /// The credentials, or why there are none; the reason holds no part of one.
    pub(crate) async fn get(&self, fetcher: Fetcher, region: &str) -> Result<Credentials, String> {
        let mut kept = self.kept.lock().await;
        if let Some(found) = kept.as_ref().filter(|found| is_fresh(found)) {
            return Ok(found.clone());
        }
        let found = self.look_up(fetcher, region).await?;
        *kept = Some(found.clone());
        Ok(found)
    }

    async fn look_up(&self, fetcher: Fetcher, region: &str) -> Result<Credentials, String> {
        let region = aws_config::Region::new(region.to_owned());
        let config = ProviderConfig::without_region()
            .with_http_client(fetcher)
            .with_region(Some(region.clone()));
        // A profile that was chosen goes before the environment, as it does for the AWS CLI.
        if let Some(name) = &self.profile {
            let profile = ProfileFileCredentialsProvider::builder().configure(&config);
            let profile = profile.profile_name(name).build();
            return self.told(profile.provide_credentials().await);
        }
        if !self.local {
            let chain = DefaultCredentialsChain::builder().configure(config);
            let chain = chain.region(region).build().await;
            return self.told(chain.provide_credentials().await);
        }
        // Something on this machine is never worth asking the network for who one is.
        let own = EnvironmentVariableCredentialsProvider::new();
        if let Ok(found) = own.provide_credentials().await {
            return Ok(found);
        }
        let profile = ProfileFileCredentialsProvider::builder().configure(&config);
        match profile.build().provide_credentials().await {
            Err(CredentialsError::CredentialsNotLoaded(_)) => {
                Ok(Credentials::new("test", "test", None, None, "stand-in"))
            }
            found => self.told(found),
        }
    }

    fn told(&self, found: Result<Credentials, CredentialsError>) -> Result<Credentials, String> {
        found.map_err(|error| {
            let whose = match &self.profile {
                Some(profile) => format!("the profile \"{profile}\" gives no credentials"),
                None => "no credentials were found".to_owned(),
            };
            let why = match &error {
                CredentialsError::CredentialsNotLoaded(_) => "nothing is configured",
                CredentialsError::ProviderTimedOut(_) => "the provider did not answer in time",
                CredentialsError::InvalidConfiguration(_) => "the configuration is not valid",
                CredentialsError::ProviderError(_) => {
                    "the provider failed; where it is SSO, sign in again with `aws sso login`"
                }
                _ => "the provider failed",
            };
            format!("{whose}: {why}")
        })
    }
}

fn is_fresh(found: &Credentials) -> bool {
    let soon = SystemTime::now() + EARLY;
    found.expiry().is_none_or(|expiry| expiry > soon)
}

/// The region of the settings, the environment or the profile.
pub(crate) async fn region(given: Option<&str>, profile: Option<&str>) -> String {
    if let Some(region) = given {
        return region.to_owned();
    }
    use aws_config::meta::region::ProvideRegion as _;
    if profile.is_none()
        && let Some(region) = EnvironmentVariableRegionProvider::new().region().await
    {
        return region.to_string();
    }
    let mut file = ProfileFileRegionProvider::builder();
    if let Some(name) = profile {
        file = file.profile_name(name);
    }
    let region = file.build().region().await;
    region.map_or_else(|| REGION.to_owned(), |region| region.to_string())
}
