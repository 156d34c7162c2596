//! State machines: create, update, delete, describe, list.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;
use serde_json::json;

use crate::asl::MachineType;
use crate::asl::ServiceDiagnostic;
use crate::asl::service_diagnostics;
use crate::driver::endpoint::catalog::Found;
use crate::driver::endpoint::catalog::Registered;
use crate::driver::endpoint::catalog::register;
use crate::driver::endpoint::chronicle::seconds;
use crate::driver::endpoint::edge::Edge;
use crate::driver::endpoint::edge::now_millis;
use crate::driver::endpoint::states::arn::Arn;
use crate::driver::endpoint::states::arn::check_name;
use crate::driver::endpoint::states::arn::check_role;
use crate::driver::endpoint::states::check::Request;
use crate::driver::endpoint::states::page::Page;
use crate::driver::endpoint::states::tags::read_tags;
use crate::driver::endpoint::states::trouble::Answer;
use crate::driver::endpoint::states::trouble::Refused;
use crate::driver::endpoint::states::trouble::put;
use crate::driver::endpoint::store::Change;
use crate::driver::endpoint::store::MachineRecord;
use crate::driver::endpoint::store::Settings;
use crate::query::Chance;

/// Machines of an account.
const MOST: usize = 10_000;

impl Edge {
    pub(crate) async fn create_machine(self: &Arc<Edge>, request: Request<'_>) -> Answer {
        let name = request.required("name");
        check_name(name)?;
        let role = request.required("roleArn");
        check_role(role)?;
        let kind = request.text("type").unwrap_or("STANDARD");
        let definition = request.required("definition");
        check_definition(definition, kind)?;
        let settings = settings(request)?;
        check_publish(request)?;
        let arn = self.arn_of("stateMachine", name);
        let tags = read_tags(request, &arn, BTreeMap::new())?;
        let _editing = self.catalog.editing.lock().await;
        if let Some(known) = self.catalog.machine(&arn) {
            let record = &known.record;
            record.check_alive()?;
            let same = record.definition == definition
                && record.kind == kind
                && same_settings(&record.settings, &settings)
                && same_version(record, request);
            if !same {
                let message = format!("State Machine Already Exists: '{arn}'");
                return Err(Refused::model("StateMachineAlreadyExists", message));
            }
            let mut answer =
                json!({"stateMachineArn": arn, "creationDate": seconds(record.created)});
            let version = record.versions.keys().next_back();
            let version = version.filter(|_| request.is_set("publish"));
            let version = version.map(|version| format!("{arn}:{version}").into());
            put(&mut answer, "stateMachineVersionArn", version);
            return Ok(answer);
        }
        if self.catalog.all().len() >= MOST {
            let message = "State Machine Limit Exceeded";
            return Err(Refused::model("StateMachineLimitExceeded", message));
        }
        let now = now_millis();
        let record = MachineRecord {
            arn: arn.clone(),
            name: name.to_owned(),
            kind: kind.to_owned(),
            definition: definition.to_owned(),
            role: role.to_owned(),
            created: now,
            updated: now,
            revision: None,
            settings,
            tags,
            versions: BTreeMap::new(),
            last_version: 0,
            aliases: BTreeMap::new(),
            file: None,
            deleting: false,
        };
        let mut machine = self.compiled(register(&self.site, record, None))?;
        let mut answer = json!({"stateMachineArn": arn, "creationDate": seconds(now)});
        if request.is_set("publish") {
            let version = publish(&mut machine, request.owned("versionDescription"));
            put(&mut answer, "stateMachineVersionArn", Some(version.into()));
        }
        self.keep_machine(machine).await?;
        Ok(answer)
    }

    pub(crate) async fn update_machine(self: &Arc<Edge>, request: Request<'_>) -> Answer {
        let arn = unlabeled(request.required("stateMachineArn"))?;
        let changed = [
            "definition",
            "roleArn",
            "loggingConfiguration",
            "tracingConfiguration",
            "encryptionConfiguration",
        ];
        if !changed.iter().any(|name| request.get(name).is_some()) {
            let message = "Either the definition, the role ARN, the LoggingConfiguration, the \
                           TracingConfiguration or the EncryptionConfiguration must be specified";
            return Err(Refused::model("MissingRequiredParameter", message));
        }
        if let Some(role) = request.text("roleArn") {
            check_role(role)?;
        }
        let new = settings(request)?;
        check_publish(request)?;
        let _editing = self.catalog.editing.lock().await;
        let known = self.catalog.machine(arn);
        let known = known.ok_or_else(|| Refused::no_machine(arn))?;
        known.record.check_alive()?;
        let mut record = known.record.clone();
        if let Some(definition) = request.text("definition") {
            check_definition(definition, &record.kind)?;
            record.definition = definition.to_owned();
        }
        if let Some(role) = request.text("roleArn") {
            record.role = role.to_owned();
        }
        let old = &mut record.settings;
        old.logging = new.logging.or(old.logging.take());
        old.tracing = new.tracing.or(old.tracing.take());
        old.encryption = new.encryption.or(old.encryption.take());
        // What changes nothing makes no revision.
        if !is_same(&known.record, &record) {
            record.revision = Some(Chance::seeded(self.next_seed()).uuid());
        }
        // Updates of one moment are told apart.
        record.updated = now_millis().max(record.updated + 1);
        let updated = record.updated;
        let revision = record.revision.clone();
        let mut machine = self.compiled(known.with(&self.site, record))?;
        let mut answer = json!({"updateDate": seconds(updated)});
        put(&mut answer, "revisionId", revision.map(Json::from));
        if request.is_set("publish") {
            let version = publish(&mut machine, request.owned("versionDescription"));
            put(&mut answer, "stateMachineVersionArn", Some(version.into()));
        }
        self.keep_machine(machine).await?;
        Ok(answer)
    }

    pub(crate) fn describe_machine(&self, request: Request<'_>) -> Answer {
        let text = request.required("stateMachineArn");
        let arn = Arn::of(text, "stateMachine")?;
        let label = arn.name().split_once('/').map(|(_, label)| label);
        let found = match label {
            // A Map Run's machine is the one around it.
            Some(label) => {
                let outer = text.replacen(&format!("/{label}"), "", 1);
                self.catalog.find(&self.site, &outer, 0)
            }
            None => self.catalog.find(&self.site, text, 0),
        };
        let found = found.ok_or_else(|| Refused::no_machine(text))?;
        let record = &found.machine.record;
        let version = found.published();
        let (role, revision, settings, created) = match version {
            Some(version) => (
                &version.role,
                &version.revision,
                &version.settings,
                version.created,
            ),
            None => (
                &record.role,
                &record.revision,
                &record.settings,
                record.created,
            ),
        };
        let shown = match found.version_arn() {
            Some(version) => version,
            None => text.split('#').next().unwrap_or(text).to_owned(),
        };
        let mut told = json!({
            "stateMachineArn": shown,
            "name": record.name,
            "status": if record.deleting { "DELETING" } else { "ACTIVE" },
            "definition": definition(&found, request),
            "roleArn": role,
            "type": record.kind,
            "creationDate": seconds(created),
        });
        put_settings(&mut told, settings);
        put(&mut told, "label", label.map(Json::from));
        put(&mut told, "revisionId", revision.clone().map(Json::from));
        let description = version.and_then(|version| version.description.clone());
        put(&mut told, "description", description.map(Json::from));
        put(&mut told, "variableReferences", references(&found, request));
        Ok(told)
    }

    pub(crate) fn list_machines(&self, request: Request<'_>) -> Answer {
        let page = Page::of(request, "ListStateMachines")?;
        let machines = self.catalog.all();
        let machines = machines.iter().map(|machine| {
            let record = &machine.record;
            json!({
                "stateMachineArn": record.arn,
                "name": record.name,
                "type": record.kind,
                "creationDate": seconds(record.created),
            })
        });
        page.answer("stateMachines", machines.collect())
    }

    /// Writes a machine and puts it in its place. Who calls this holds `editing`.
    pub(crate) async fn keep_machine(&self, machine: Registered) -> Result<(), Refused> {
        let change = Change::Machine(Box::new(machine.record.clone()));
        let written = self.books.write(vec![change]).await;
        written.map_err(Refused::internal)?;
        self.catalog.install(&self.site, machine);
        Ok(())
    }

    fn compiled(&self, machine: Registered) -> Result<Registered, Refused> {
        match &machine.served.program {
            Ok(_) => Ok(machine),
            Err(reason) => Err(Refused::model(
                "InvalidDefinition",
                format!("Invalid State Machine Definition: '{reason}'"),
            )),
        }
    }

    /// An ARN of this account and region: those of the first machine that is served.
    pub(crate) fn arn_of(&self, resource: &str, name: &str) -> String {
        let first = self.site.machines.first();
        let place = first.and_then(|machine| machine.arn.split_once(":stateMachine:"));
        let place = place.map_or("arn:aws:states:us-east-1:123456789012", |(place, _)| place);
        format!("{place}:{resource}:{name}")
    }
}

/// A machine's ARN that names neither a version nor an alias.
pub(crate) fn plain(text: &str) -> Result<&str, Refused> {
    let text = unlabeled(text)?;
    match Arn::of(text, "stateMachine")?.qualified() {
        (base, None) => Ok(base),
        (_, Some(_)) => {
            let message =
                format!("'{text}' names a version or an alias; name the state machine alone");
            Err(Refused::validation(message, None))
        }
    }
}

/// A machine's ARN, not one of a Map Run's; where it has a qualifier, no machine is found by it.
pub(crate) fn unlabeled(text: &str) -> Result<&str, Refused> {
    let arn = Arn::of(text, "stateMachine")?;
    if arn.name().contains('/') {
        let message = "This operation does not support labeled ARNs";
        let reason = Some("API_DOES_NOT_SUPPORT_LABELED_ARNS");
        return Err(Refused::validation(message, reason));
    }
    Ok(arn.text)
}

/// Publishes what a machine is now, and tells the ARN of the version; the one there is where nothing has changed.
pub(crate) fn publish(machine: &mut Registered, description: Option<String>) -> String {
    let last = machine.record.versions.iter().next_back();
    let same = last.filter(|(_, version)| {
        version.revision == machine.record.revision
            && version.definition == machine.record.definition
            && version.role == machine.record.role
            && version.settings == machine.record.settings
    });
    let number = match same {
        Some((number, _)) => *number,
        None => {
            let snapshot = machine.snapshot(description, now_millis());
            machine.record.last_version += 1;
            let number = machine.record.last_version;
            machine.record.versions.insert(number, snapshot);
            number
        }
    };
    format!("{}:{number}", machine.record.arn)
}

/// The definition as the service gives it: empty braces where only metadata is asked for.
pub(crate) fn definition(found: &Found, request: Request<'_>) -> String {
    match request.text("includedData") {
        Some("METADATA_ONLY") => "{}".to_owned(),
        Some(_) | None => found.served.text.to_string(),
    }
}

/// `variableReferences`: the variables each state refers to.
pub(crate) fn references(found: &Found, request: Request<'_>) -> Option<Json> {
    if request.text("includedData") == Some("METADATA_ONLY") {
        return None;
    }
    let program = found.served.program.as_ref().ok()?;
    let references = program.variable_references();
    if references.is_empty() {
        return None;
    }
    let members = references
        .into_iter()
        .map(|(state, names)| (state, names.into()));
    Some(Json::Object(members.collect()))
}

pub(crate) fn put_settings(told: &mut Json, settings: &Settings) {
    put(told, "loggingConfiguration", Some(logging(settings)));
    put(told, "tracingConfiguration", Some(tracing(settings)));
    put(told, "encryptionConfiguration", settings.encryption.clone());
}

/// Logging as the service tells it: whole, also where the request had a part of it.
fn logging(settings: &Settings) -> Json {
    let usual = json!({"level": "OFF", "includeExecutionData": false});
    filled(settings.logging.as_ref(), usual)
}

fn tracing(settings: &Settings) -> Json {
    filled(settings.tracing.as_ref(), json!({"enabled": false}))
}

fn filled(given: Option<&Json>, usual: Json) -> Json {
    let mut filled = usual;
    for (name, value) in given.and_then(Json::as_object).into_iter().flatten() {
        if !value.is_null() {
            put(&mut filled, name, Some(value.clone()));
        }
    }
    filled
}

fn check_definition(definition: &str, kind: &str) -> Result<(), Refused> {
    let machine_type = MachineType::parse(kind).unwrap_or_default();
    let said = service_diagnostics(definition, machine_type);
    match said.is_empty() {
        true => Ok(()),
        false => Err(Refused::model(
            "InvalidDefinition",
            ServiceDiagnostic::refusal(&said),
        )),
    }
}

fn check_publish(request: Request<'_>) -> Result<(), Refused> {
    if request.get("versionDescription").is_some() && !request.is_set("publish") {
        let message = "Version description can only be set when publish is true";
        return Err(Refused::validation(message, None));
    }
    Ok(())
}

/// The configurations of a request.
fn settings(request: Request<'_>) -> Result<Settings, Refused> {
    let logging = request.get("loggingConfiguration").cloned();
    if let Some(logging) = &logging {
        let level = logging.get("level").and_then(Json::as_str);
        let destinations = logging.get("destinations").and_then(Json::as_array);
        let destinations = destinations.map_or(&[][..], Vec::as_slice);
        let off = matches!(level, None | Some("OFF"));
        let named = |one: &Json| {
            let group = one.pointer("/cloudWatchLogsLogGroup/logGroupArn");
            group.is_some_and(Json::is_string)
        };
        if (!off && destinations.is_empty())
            || destinations.len() > 1
            || !destinations.iter().all(named)
        {
            let message =
                "Invalid Logging Configuration: Must specify exactly one Log Destination.";
            return Err(Refused::model("InvalidLoggingConfiguration", message));
        }
    }
    Ok(Settings {
        logging,
        tracing: request.get("tracingConfiguration").cloned(),
        encryption: encryption(request)?,
    })
}

/// `encryptionConfiguration`, which is kept and changes nothing here.
pub(crate) fn encryption(request: Request<'_>) -> Result<Option<Json>, Refused> {
    let encryption = request.get("encryptionConfiguration").cloned();
    if let Some(encryption) = &encryption {
        let own = encryption.get("type").and_then(Json::as_str) == Some("AWS_OWNED_KEY");
        let key = encryption.get("kmsKeyId").is_some();
        let invalid = |detail: &str| {
            let message = format!("Invalid Encryption Configuration: {detail}");
            Err(Refused::model("InvalidEncryptionConfiguration", message))
        };
        if own && key {
            return invalid("kmsKeyId cannot be set for AWS_OWNED_KEY");
        }
        if !own && !key {
            return invalid("kmsKeyId has to be set for CUSTOMER_MANAGED_KMS_KEY");
        }
    }
    Ok(encryption)
}

fn same_settings(known: &Settings, asked: &Settings) -> bool {
    let off = |logging: &Json| logging.get("level") == Some(&"OFF".into());
    let (known_logging, asked_logging) = (logging(known), logging(asked));
    let same_logging =
        known_logging == asked_logging || (off(&known_logging) && off(&asked_logging));
    same_logging
        && tracing(known) == tracing(asked)
        && same_encryption(known.encryption.as_ref(), asked.encryption.as_ref())
}

/// Whether two encryption configurations are the same: none is a key that AWS owns.
pub(crate) fn same_encryption(known: Option<&Json>, asked: Option<&Json>) -> bool {
    let own = |one: Option<&Json>| {
        let kind = one.and_then(|one| one.get("type"));
        kind.is_none_or(|kind| kind == "AWS_OWNED_KEY")
    };
    known == asked || (own(known) && own(asked))
}

/// Whether a machine that is created once more asks for the version it has.
fn same_version(known: &MachineRecord, request: Request<'_>) -> bool {
    if !request.is_set("publish") {
        return true;
    }
    let last = known.versions.values().next_back();
    last.is_some_and(|last| last.description.as_deref() == request.text("versionDescription"))
}

/// Whether an update has left everything as it was.
fn is_same(old: &MachineRecord, new: &MachineRecord) -> bool {
    let settings = |one: &MachineRecord| {
        let settings = &one.settings;
        (
            logging(settings),
            tracing(settings),
            settings.encryption.clone(),
        )
    };
    old.definition == new.definition && old.role == new.role && settings(old) == settings(new)
}
