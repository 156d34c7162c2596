//! Names as Step Functions has them: services, members of structures, exceptions.
//!
//! The integration of any service stands on the Java SDK 2, so its rules of casing apply; the optimized
//! integrations stand on version 1, which keeps the model's names.

use crate::asl::services::words;
use crate::aws::archive;
use crate::aws::archive::Service;
use crate::aws::operation::Style;
use crate::text::upper_first;

/// The service behind a name after `aws-sdk:`. Some names leave a closing "service" out.
pub(crate) fn service(name: &str) -> Option<&'static Service> {
    archive::service(name).or_else(|| archive::service(&format!("{name}service")))
}

/// What a signature for a host's first label names, where an API calls a service by that: `email` is `ses`.
pub fn signing_name(prefix: &str) -> &str {
    match prefix {
        "email" => "ses",
        // `runtime.sagemaker`, `data.iot`
        other => other.rsplit('.').next().unwrap_or(other),
    }
}

/// The part of an error name before the dot: `DynamoDb`, `ApiGateway`, `Sfn`.
pub(crate) fn prefix(id: &str) -> String {
    const EXCEPTIONS: &[(&str, &str)] = &[
        ("IoT", "Iot"),
        ("IoT Jobs Data Plane", "IotJobsDataPlane"),
        ("IoT Wireless", "IotWireless"),
        ("MemoryDB", "MemoryDB"),
        ("SESv2", "SesV2"),
    ];
    let own = EXCEPTIONS.iter().find(|(name, _)| *name == id);
    own.map_or_else(|| pascal(id), |(_, prefix)| (*prefix).to_owned())
}

/// A member as a state writes and reads it.
pub(crate) fn member(name: &str, style: Style) -> String {
    match style {
        // The Java SDK avoids its own word `null`.
        Style::Sdk if name == "NULL" => "Nul".to_owned(),
        Style::Sdk => upper_first(&lower_start(name)),
        Style::Optimized => upper_first(name),
    }
}

/// Whether a state means this member. The model's own spelling with a capital in front is taken as well.
pub(crate) fn means(key: &str, name: &str, style: Style) -> bool {
    key == upper_first(name) || (style == Style::Sdk && key == member(name, style))
}

/// The exception of an error shape: `DBClusterNotFoundFault` is `DbClusterNotFoundException`.
pub(crate) fn exception(shape: &str, style: Style) -> String {
    let base = shape.strip_suffix("Fault").unwrap_or(shape);
    let base = base.strip_suffix("Exception").unwrap_or(base);
    let base = match style {
        Style::Sdk => pascal(base),
        Style::Optimized => upper_first(base),
    };
    format!("{base}Exception")
}

/// Words and acronyms, each with one capital: `API Gateway` is `ApiGateway`.
fn pascal(name: &str) -> String {
    words(name).iter().map(|word| upper_first(word)).collect()
}

/// Lowers the capitals at the start, but the one that begins a word: `DBInstances` is `dbInstances`.
fn lower_start(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let stays = |at: usize| {
        let upper = chars.get(at).is_some_and(|c| c.is_uppercase());
        let before_lower = chars.get(at + 1).is_some_and(|c| c.is_lowercase());
        at > 0 && (!upper || before_lower)
    };
    let end = (0..chars.len())
        .find(|at| stays(*at))
        .unwrap_or(chars.len());
    let (start, rest) = chars.split_at(end);
    let lowered = start.iter().flat_map(|c| c.to_lowercase());
    lowered.chain(rest.iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_found_by_the_names_of_the_documentation() {
        let key = |name: &str| service(name).map(|service| service.key);
        for name in ["dynamodb", "sfn", "eventbridge", "cloudwatchlogs", "s3"] {
            assert_eq!(key(name), Some(name));
        }
        assert_eq!(key("config"), Some("configservice"));
        assert_eq!(key("databasemigration"), Some("databasemigrationservice"));
        assert_eq!(key("costandusagereport"), Some("costandusagereportservice"));
        assert_eq!(key("lexruntime"), Some("lexruntimeservice"));
        assert_eq!(key("nothing"), None);
    }

    #[test]
    fn error_prefixes_follow_words_and_acronyms() {
        for (id, name) in [
            ("DynamoDB", "DynamoDb"),
            ("API Gateway", "ApiGateway"),
            ("SFN", "Sfn"),
            ("SQS", "Sqs"),
            ("S3", "S3"),
            ("Secrets Manager", "SecretsManager"),
            ("CloudWatch Logs", "CloudWatchLogs"),
            ("IoT", "Iot"),
            ("SESv2", "SesV2"),
        ] {
            assert_eq!(prefix(id), name);
        }
    }

    #[test]
    fn members_are_cased_as_the_java_sdk_does() {
        for (name, cased) in [
            ("DBInstanceIdentifier", "DbInstanceIdentifier"),
            ("ETag", "ETag"),
            ("ChecksumCRC32", "ChecksumCRC32"),
            ("ACL", "Acl"),
            ("SSEKMSKeyId", "SsekmsKeyId"),
            ("name", "Name"),
            ("MD5OfMessageBody", "Md5OfMessageBody"),
            ("BOOL", "Bool"),
            ("S", "S"),
        ] {
            assert_eq!(member(name, Style::Sdk), cased);
        }
        let name = "MD5OfMessageBody";
        assert_eq!(member(name, Style::Optimized), name);
        assert!(means(
            "DBInstanceIdentifier",
            "DBInstanceIdentifier",
            Style::Sdk
        ));
        assert!(!means("tableName", "TableName", Style::Sdk));
    }

    #[test]
    fn exceptions_end_as_such() {
        let sdk = |shape: &str| exception(shape, Style::Sdk);
        assert_eq!(sdk("NoSuchKey"), "NoSuchKeyException");
        assert_eq!(sdk("DBClusterNotFoundFault"), "DbClusterNotFoundException");
        assert_eq!(sdk("NotFoundException"), "NotFoundException");
        assert_eq!(
            exception("KMSDisabledException", Style::Optimized),
            "KMSDisabledException"
        );
    }
}
