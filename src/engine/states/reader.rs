//! ItemReader: where the items of a distributed Map come from (AWS guide, "ItemReader (Map)").

use std::sync::Arc;

use crate::engine::Execution;
use crate::engine::StageKind;
use crate::engine::StoredObject;
use crate::engine::lanes::ThreadId;
use crate::engine::program::ReaderWork;
use crate::engine::program::StateProgram;
use crate::engine::states::formats::csv_rows;
use crate::engine::states::formats::json_items;
use crate::engine::states::formats::parse_items;
use crate::engine::states::map::MapPlan;
use crate::engine::trouble::Trouble;
use crate::query::Value;
use crate::query::hex_digest;

pub(crate) const READER_FAILED: &str = "States.ItemReaderFailed";

/// Items a Map Run may have.
const MOST_ITEMS: i64 = 100_000_000;

/// The items, and what `$$.Map.Item.Source` says of them.
pub(crate) struct ReadItems {
    pub items: Vec<Value>,
    pub source: Arc<str>,
}

impl Execution {
    pub(crate) fn read_items(
        &mut self,
        id: ThreadId,
        state: &StateProgram,
        reader: &ReaderWork,
        plan: &MapPlan,
    ) -> Result<ReadItems, Trouble> {
        let environment = self.environment(id, state, &plan.effective, &plan.raw);
        let arguments = match &reader.arguments {
            Some(template) => template.evaluate(&environment)?,
            None => Value::Null,
        };
        let most = reader.max_items.integer(&environment)?.unwrap_or_default();
        if most < 0 {
            return Err(failed("field MaxItems must be positive"));
        }
        let input_type = reader.input_type.value(&environment)?;
        let most = match most.min(MOST_ITEMS) {
            0 => usize::MAX,
            most => usize::try_from(most).unwrap_or(usize::MAX),
        };
        let member = |name: &str| {
            arguments
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let (bucket, key) = (member("Bucket"), member("Key"));
        let kind = input_type.as_ref().and_then(Value::as_str);
        let lists = reader.resource.ends_with(":listObjectsV2");
        if !lists && !reader.resource.ends_with(":getObject") {
            return Err(failed(format!(
                "The item reader '{}' is not supported by this executor",
                reader.resource
            )));
        }
        let mut items = match (lists, kind, reader.manifest_type.as_deref()) {
            (true, ..) => {
                let listed = self.listed(bucket, member("Prefix"));
                if reader.loads {
                    load(&listed, kind, reader)?
                } else {
                    listed.iter().map(|object| self.listing(object)).collect()
                }
            }
            (false, kind, Some("ATHENA_DATA")) => {
                let manifest = self.object(bucket, key)?;
                let named: Result<Vec<&StoredObject>, Trouble> = manifest
                    .body
                    .lines()
                    .map(str::trim)
                    .filter(|line| !line.is_empty())
                    .map(|line| self.named_object(line.trim_matches('"')))
                    .collect();
                load(&named?, kind, reader)?
            }
            (false, Some("MANIFEST"), _) | (false, _, Some(_)) => {
                self.inventory(self.object(bucket, key)?, bucket)?
            }
            (false, kind, None) => parse_items(&self.object(bucket, key)?.body, kind, reader)?,
        };
        items.truncate(most);
        let source = if lists && !reader.loads {
            format!("S3://{bucket}")
        } else if lists {
            format!("S3://{bucket}/{}", member("Prefix"))
        } else {
            format!("S3://{bucket}/{key}")
        };
        let staged = Value::array(items.clone());
        self.stage(id, state, StageKind::AfterItemsPointer, &staged);
        Ok(ReadItems {
            items,
            source: Arc::from(source),
        })
    }

    /// The objects below a prefix, in the order of their keys, as a listing has them.
    fn listed(&self, bucket: &str, prefix: &str) -> Vec<&StoredObject> {
        let mut listed: Vec<&StoredObject> = self
            .objects
            .iter()
            .filter(|object| object.bucket == bucket && object.key.starts_with(prefix))
            .collect();
        listed.sort_by(|one, other| one.key.cmp(&other.key));
        listed
    }

    /// An object as an item of a listing.
    fn listing(&self, object: &StoredObject) -> Value {
        let digest = hex_digest(&object.body, "MD5").unwrap_or_default();
        let modified = object
            .modified
            .unwrap_or_else(|| self.started_at().div_euclid(1_000));
        Value::object([
            ("Etag", Value::from(format!("\"{digest}\""))),
            ("Key", Value::from(object.key.as_str())),
            ("LastModified", Value::from(modified)),
            (
                "Size",
                Value::from(i64::try_from(object.size).unwrap_or(i64::MAX)),
            ),
            ("StorageClass", Value::from("STANDARD")),
        ])
    }

    fn object(&self, bucket: &str, key: &str) -> Result<&StoredObject, Trouble> {
        self.objects
            .iter()
            .find(|object| object.bucket == bucket && object.key == key)
            .ok_or_else(|| {
                failed(format!(
                    "The object '{key}' in the bucket '{bucket}' does not exist; list it under \"s3\" of the mocks' \"$resources\""
                ))
            })
    }

    /// The object of an address such as `s3://bucket/key`.
    fn named_object(&self, address: &str) -> Result<&StoredObject, Trouble> {
        let (scheme, rest) = address.split_once("://").unwrap_or_default();
        match rest.split_once('/') {
            Some((bucket, key)) if scheme.eq_ignore_ascii_case("s3") => self.object(bucket, key),
            _ => Err(failed(format!(
                "The manifest names '{address}', which is no address such as s3://bucket/key"
            ))),
        }
    }

    /// The rows of an S3 inventory: its manifest names the columns, and the files with the rows.
    fn inventory(&self, manifest: &StoredObject, bucket: &str) -> Result<Vec<Value>, Trouble> {
        let json = Value::parse(&manifest.body)
            .map_err(|error| failed(format!("The manifest is {error}")))?;
        let text = |name: &str| json.get(name).and_then(Value::as_str);
        let format = text("fileFormat").unwrap_or("CSV");
        if format != "CSV" {
            return Err(failed(format!(
                "An inventory in the format {format} is not supported by this executor; CSV is"
            )));
        }
        let columns: Vec<&str> = text("fileSchema")
            .ok_or_else(|| failed("The manifest has no fileSchema with the names of the columns"))?
            .split(',')
            .map(str::trim)
            .collect();
        let bucket = text("destinationBucket")
            .and_then(|arn| arn.rsplit(':').next())
            .unwrap_or(bucket);
        let files = json_items(&json, Some("/files"))?;
        let mut items = Vec::new();
        for file in &files {
            let key = file
                .get("key")
                .and_then(Value::as_str)
                .ok_or_else(|| failed("A file of the manifest has no key"))?;
            for row in csv_rows(&self.object(bucket, key)?.body, ',') {
                let cells = columns.iter().zip(row);
                items.push(Value::object(
                    cells.map(|(column, cell)| (*column, Value::from(cell))),
                ));
            }
        }
        Ok(items)
    }
}

/// The items of several objects, one after the other.
fn load(
    objects: &[&StoredObject],
    kind: Option<&str>,
    reader: &ReaderWork,
) -> Result<Vec<Value>, Trouble> {
    let mut items = Vec::new();
    for object in objects {
        items.extend(parse_items(&object.body, kind, reader)?);
    }
    Ok(items)
}

pub(crate) fn failed(cause: impl AsRef<str>) -> Trouble {
    Trouble::named(READER_FAILED, cause)
}
