//! The state machines and activities there are: those of the user's files, and those that came over the API.
//!
//! A file is never written. What the API changes of a machine in a file is kept in the store, and holds for as long as
//! the file has the text that was changed; then the file counts again. A machine that was deleted is back at the next
//! start, for its file still is.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::RwLock;
use std::sync::RwLockReadGuard;

use crate::driver::endpoint::machine::MachineText;
use crate::driver::endpoint::machine::Served;
use crate::driver::endpoint::site::Site;
use crate::driver::endpoint::store::ActivityRecord;
use crate::driver::endpoint::store::MachineRecord;
use crate::driver::endpoint::store::Settings;
use crate::driver::endpoint::store::VersionRecord;
use crate::driver::endpoint::store::fingerprint;
use crate::engine::ExecutionKind;
use crate::engine::Millis;
use crate::syntax::Format;

#[derive(Debug)]
pub(crate) struct Catalog {
    machines: RwLock<BTreeMap<String, Arc<Registered>>>,
    activities: RwLock<BTreeMap<String, ActivityRecord>>,
    /// One change at a time, from looking at what there is to having it on the disk.
    pub editing: tokio::sync::Mutex<()>,
}

/// A machine that can be started.
#[derive(Debug)]
pub(crate) struct Registered {
    pub record: MachineRecord,
    pub served: Arc<Served>,
    text: MachineText,
    /// Versions that have been asked for.
    versions: Mutex<BTreeMap<u64, Arc<Served>>>,
}

/// What an ARN names.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub machine: Arc<Registered>,
    pub served: Arc<Served>,
    pub version: Option<u64>,
    pub alias: Option<String>,
}

impl Found {
    /// The version it stands for, as it was published.
    pub(crate) fn published(&self) -> Option<&VersionRecord> {
        self.machine.record.versions.get(&self.version?)
    }

    pub(crate) fn version_arn(&self) -> Option<String> {
        let version = self.version?;
        Some(format!("{}:{version}", self.machine.record.arn))
    }

    pub(crate) fn alias_arn(&self) -> Option<String> {
        let alias = self.alias.as_ref()?;
        Some(format!("{}:{alias}", self.machine.record.arn))
    }
}

impl Catalog {
    /// The machines of a site, with what a store has of them, and of others.
    pub(crate) fn new(
        site: &Site,
        machines: Vec<MachineRecord>,
        activities: Vec<ActivityRecord>,
        now: Millis,
    ) -> Catalog {
        let mut known: BTreeMap<String, MachineRecord> = machines
            .into_iter()
            .map(|record| (record.arn.clone(), record))
            .collect();
        let mut book = BTreeMap::new();
        for (text, served) in site.texts().iter().zip(&site.machines) {
            let found = record_of_file(text, now);
            let record = match known.remove(&text.arn) {
                Some(record) if record.file == found.file => record,
                // The file has been changed since: it counts, and what hangs on the machine stays.
                Some(record) => MachineRecord {
                    definition: found.definition,
                    kind: found.kind,
                    file: found.file,
                    revision: None,
                    ..record
                },
                None => found,
            };
            let registered = match record.definition == *text.text {
                true => Registered {
                    record,
                    served: served.clone(),
                    text: text.clone(),
                    versions: Mutex::default(),
                },
                false => register(site, record, Some(text)),
            };
            book.insert(text.arn.clone(), Arc::new(registered));
        }
        for (arn, record) in known {
            // The file of this one is gone, and the machine with it.
            if record.file.is_none() {
                book.insert(arn, Arc::new(register(site, record, None)));
            }
        }
        let catalog = Catalog {
            machines: RwLock::new(book),
            activities: RwLock::new(
                activities
                    .into_iter()
                    .map(|record| (record.arn.clone(), record))
                    .collect(),
            ),
            editing: tokio::sync::Mutex::new(()),
        };
        catalog.surround(site);
        catalog
    }

    /// All of them, by ARN.
    pub(crate) fn all(&self) -> Vec<Arc<Registered>> {
        self.read().values().cloned().collect()
    }

    /// The machine of an ARN without version or alias.
    pub(crate) fn machine(&self, arn: &str) -> Option<Arc<Registered>> {
        self.read().get(arn).cloned()
    }

    pub(crate) fn named(&self, name: &str) -> Option<Arc<Registered>> {
        let book = self.read();
        book.values()
            .find(|machine| machine.record.name == name)
            .cloned()
    }

    /// What an ARN names, a test case behind `#` passed over. `roll` decides between the versions of an alias.
    ///
    /// A machine of a file that nobody has published is found under every qualifier: its template may publish it.
    pub(crate) fn find(&self, site: &Site, arn: &str, roll: u64) -> Option<Found> {
        let arn = arn.split('#').next().unwrap_or(arn);
        if let Some(machine) = self.machine(arn) {
            return Some(Found {
                served: machine.served.clone(),
                machine,
                version: None,
                alias: None,
            });
        }
        let (base, qualifier) = arn.rsplit_once(':')?;
        let machine = self.machine(base)?;
        let record = &machine.record;
        let (version, alias) = match record.aliases.get(qualifier) {
            Some(alias) => {
                let mut left = roll % 100;
                let chosen = alias.routes.iter().find(|route| {
                    let hit = left < route.weight;
                    left = left.saturating_sub(route.weight);
                    hit
                });
                let chosen = chosen.or(alias.routes.first())?;
                (chosen.version, Some(qualifier.to_owned()))
            }
            None => match qualifier.parse::<u64>() {
                Ok(version) if record.versions.contains_key(&version) => (version, None),
                Ok(_) | Err(_) if record.file.is_some() && record.last_version == 0 => {
                    return Some(Found {
                        served: machine.served.clone(),
                        machine,
                        version: None,
                        alias: None,
                    });
                }
                Ok(_) | Err(_) => return None,
            },
        };
        let served = machine.version(site, version)?;
        Some(Found {
            machine,
            served,
            version: Some(version),
            alias,
        })
    }

    /// A machine with a definition that it has, or had. None where there is no such machine any more.
    pub(crate) fn of_text(&self, site: &Site, arn: &str, text: &str) -> Option<Arc<Served>> {
        let machine = self.machine(arn)?;
        if machine.served.text.as_ref() == text {
            return Some(machine.served.clone());
        }
        Some(site.serve(MachineText {
            text: Arc::from(text),
            format: Format::of_text(text),
            ..machine.text.clone()
        }))
    }

    /// Puts a machine in, or in place of what it was.
    pub(crate) fn install(&self, site: &Site, machine: Registered) {
        let arn = machine.record.arn.clone();
        self.machines
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(arn, Arc::new(machine));
        self.surround(site);
    }

    /// The machines of files are these from now on; those that came over the API stay.
    pub(crate) fn refresh(&self, site: &Site, texts: Vec<MachineText>, now: Millis) {
        let gone: Vec<String> = self
            .all()
            .iter()
            .filter(|machine| machine.record.file.is_some())
            .map(|machine| machine.record.arn.clone())
            .filter(|arn| texts.iter().all(|text| text.arn != *arn))
            .collect();
        for arn in gone {
            self.remove(site, &arn);
        }
        for text in texts {
            let found = record_of_file(&text, now);
            let record = match self.machine(&text.arn) {
                Some(known) => MachineRecord {
                    definition: found.definition,
                    kind: found.kind,
                    file: found.file,
                    updated: now,
                    ..known.record.clone()
                },
                None => found,
            };
            self.install(site, register(site, record, Some(&text)));
        }
    }

    pub(crate) fn remove(&self, site: &Site, arn: &str) {
        self.machines
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(arn);
        self.surround(site);
    }

    fn surround(&self, site: &Site) {
        let book = self.read();
        let alive = book.values().filter(|machine| !machine.record.deleting);
        site.surround(alive.map(|machine| &machine.text));
    }

    pub(crate) fn activities(&self) -> Vec<ActivityRecord> {
        let book = self.activities.read();
        let book = book.unwrap_or_else(PoisonError::into_inner);
        book.values().cloned().collect()
    }

    pub(crate) fn activity(&self, arn: &str) -> Option<ActivityRecord> {
        let book = self.activities.read();
        let book = book.unwrap_or_else(PoisonError::into_inner);
        book.get(arn).cloned()
    }

    /// Puts an activity in, or takes it out.
    pub(crate) fn set_activity(&self, arn: &str, record: Option<ActivityRecord>) {
        let book = self.activities.write();
        let mut book = book.unwrap_or_else(PoisonError::into_inner);
        match record {
            Some(record) => book.insert(arn.to_owned(), record),
            None => book.remove(arn),
        };
    }

    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<String, Arc<Registered>>> {
        self.machines.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Registered {
    /// The same machine with another record; compiled anew where the definition is another one.
    pub(crate) fn with(&self, site: &Site, record: MachineRecord) -> Registered {
        if record.definition == self.record.definition {
            return Registered {
                record,
                served: self.served.clone(),
                text: self.text.clone(),
                versions: Mutex::default(),
            };
        }
        register(site, record, Some(&self.text))
    }

    /// A published version, compiled when it is first asked for.
    fn version(&self, site: &Site, number: u64) -> Option<Arc<Served>> {
        let version = self.record.versions.get(&number)?;
        if version.definition == self.record.definition {
            return Some(self.served.clone());
        }
        let mut compiled = self.versions.lock().unwrap_or_else(PoisonError::into_inner);
        let served = compiled.entry(number).or_insert_with(|| {
            let text = with_definition(&self.text, &version.definition);
            site.serve(text)
        });
        Some(served.clone())
    }

    /// What is published as a version now.
    pub(crate) fn snapshot(&self, description: Option<String>, now: Millis) -> VersionRecord {
        let record = &self.record;
        VersionRecord {
            definition: record.definition.clone(),
            role: record.role.clone(),
            revision: record.revision.clone(),
            settings: record.settings.clone(),
            description,
            created: now,
        }
    }
}

/// Compiles a machine. `text` is what it was before, with its companions and the values of its placeholders.
pub(crate) fn register(
    site: &Site,
    record: MachineRecord,
    text: Option<&MachineText>,
) -> Registered {
    let text = match text {
        Some(text) => with_definition(text, &record.definition),
        None => MachineText {
            id: record.name.clone(),
            name: record.name.clone(),
            arn: record.arn.clone(),
            kind: ExecutionKind::parse(&record.kind).unwrap_or_default(),
            text: Arc::from(record.definition.as_str()),
            format: Format::Json,
            params: BTreeMap::new(),
            path: None,
            place: record.name.clone(),
            companions: Vec::new(),
            backends: None,
        },
    };
    Registered {
        served: site.serve(text.clone()),
        record,
        text,
        versions: Mutex::default(),
    }
}

fn with_definition(text: &MachineText, definition: &str) -> MachineText {
    let same = definition == text.text.as_ref();
    MachineText {
        text: Arc::from(definition),
        format: if same { text.format } else { Format::Json },
        ..text.clone()
    }
}

fn record_of_file(text: &MachineText, now: Millis) -> MachineRecord {
    let account = text.arn.split(':').nth(4).unwrap_or_default();
    MachineRecord {
        arn: text.arn.clone(),
        name: text.name.clone(),
        kind: text.kind.name().to_owned(),
        definition: text.text.to_string(),
        // A role that a machine of this account could have; nothing here looks at it.
        role: format!("arn:aws:iam::{account}:role/stepwright-local"),
        created: now,
        updated: now,
        revision: None,
        settings: Settings::default(),
        tags: BTreeMap::new(),
        versions: BTreeMap::new(),
        last_version: 0,
        aliases: BTreeMap::new(),
        file: Some(fingerprint(&text.text)),
        deleting: false,
    }
}
