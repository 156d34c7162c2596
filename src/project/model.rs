//! What a project holds, as far as it can be said without deploying it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::MachineType;
use crate::asl::Severity;
use crate::text::Span;

/// What surrounds workflows: the machines, the APIs before them, and what both name.
///
/// Nothing in it is wrong where `problems` is empty; what could not be read is left out and named there.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// The file that was read first, as a path within the project's folder: `template.yaml`.
    pub root: String,
    pub kind: ProjectKind,
    pub place: Place,
    /// In the order of the text, as everything below.
    pub machines: Vec<Machine>,
    pub functions: Vec<Function>,
    pub apis: Vec<ApiDocument>,
    pub tables: Vec<Table>,
    pub queues: Vec<Queue>,
    pub topics: Vec<Topic>,
    pub parameters: Vec<Parameter>,
    /// Names nothing here knows the value of. Each stands as `${Name}` where its value should.
    pub unresolved: Vec<Unresolved>,
    pub problems: Vec<Problem>,
    /// Every text that was read, the root first, by its path within the project's folder.
    pub files: BTreeMap<String, Arc<str>>,
}

/// What the root of a project is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProjectKind {
    /// A template with the transform of the Serverless Application Model.
    Sam,
    #[default]
    CloudFormation,
    /// The folder that `cdk synth` writes.
    CdkOut,
    /// A configuration of the Serverless Framework.
    Serverless,
    /// An OpenAPI or Swagger document beside definitions.
    OpenApi,
}

/// Where everything is said to be deployed; part of every ARN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub partition: String,
    pub region: String,
    /// Twelve digits.
    pub account: String,
}

/// Where something stands: a file of the project and bytes of its text.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// A path within the project's folder; a key of [`Project::files`].
    pub file: Arc<str>,
    pub span: Span,
}

/// A state machine of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Its name within the template; for a definition that stands alone, the machine's name.
    pub logical_id: String,
    /// What its file calls it: the key in a `serverless.yml`, elsewhere the logical id.
    pub key: String,
    /// The name it is given, else the logical id.
    pub name: String,
    /// `arn:PARTITION:states:REGION:ACCOUNT:stateMachine:NAME`
    pub arn: String,
    pub kind: MachineType,
    pub definition: DefinitionPlace,
    /// Values of the `${Name}` placeholders in the definition, both those the template declares and those that
    /// stand for its intrinsic functions. One that is not known is missing here and listed as unresolved.
    pub substitutions: BTreeMap<String, String>,
    /// The resource in its template.
    pub origin: Origin,
}

/// Where the text of a machine stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DefinitionPlace {
    /// A file of its own, by its path within the project's folder.
    File { path: String },
    /// Inside another text, from which [`Inset::read`](crate::project::Inset::read) takes it out.
    Inline { origin: Origin, writing: Writing },
    /// It cannot be read here; the reason is a sentence without a full stop.
    Unreadable { reason: String },
}

/// How a text stands inside another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// As an object of the surrounding JSON or YAML.
    Object,
    /// As text in one string, with `${Name}` placeholders if it is given to `Fn::Sub`.
    Text,
    /// As the pieces of an `Fn::Join` with an empty delimiter.
    Pieces,
}

/// A Lambda function of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    pub logical_id: String,
    /// The name it is given, else the logical id.
    pub name: String,
    pub arn: String,
    /// The folder or file of its code within the project's folder; none where it is inline or elsewhere.
    pub code: Option<String>,
    /// Code that stands in the template itself (`ZipFile`, `InlineCode`).
    pub inline_code: Option<String>,
    /// `index.handler`
    pub handler: Option<String>,
    /// `nodejs20.x`
    pub runtime: Option<String>,
    pub environment: BTreeMap<String, String>,
    /// Seconds; the service takes 3 where nothing is said.
    pub timeout: Option<u32>,
    /// Megabytes; the service takes 128 where nothing is said.
    pub memory: Option<u32>,
    pub origin: Origin,
}

/// An API, as one OpenAPI 3 or Swagger 2 document with the extensions `x-amazon-apigateway-…`.
///
/// Every intrinsic function in it is resolved, so that nothing but JSON is left. What no parameter says stands as
/// `${Name}` and is listed in [`Project::unresolved`].
#[derive(Clone, Debug, PartialEq)]
pub struct ApiDocument {
    /// The logical id of the API; for a document that stands alone, the name of its file.
    pub id: String,
    pub name: String,
    /// The name of the stage, which is the first part of every path; empty where there is none.
    pub stage: String,
    pub stage_variables: BTreeMap<String, String>,
    pub document: serde_json::Value,
    /// For every text, number, `true`, `false` and `null` of the document, by its JSON pointer (RFC 6901), where it comes
    /// from.
    pub origins: BTreeMap<String, TextOrigin>,
    /// The keys of the stage where a method asks for one; those that API Gateway refuses come last.
    pub api_keys: Vec<ApiKey>,
    /// The API's resource, or the start of its document.
    pub origin: Origin,
}

/// Where a scalar of an [`ApiDocument`] comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextOrigin {
    pub origin: Origin,
    pub written: Written,
}

/// How the text of a document and the scalar it comes from belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// The text is the value of the scalar.
    Literally,
    /// The scalar was given to `Fn::Sub`: the text is its value with placeholders put in.
    WithPlaceholders,
    /// The text was worked out or generated from what stands there.
    Otherwise,
}

/// A key for the stage of an API.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiKey {
    pub id: String,
    pub name: String,
    /// What the template or the parameter `apiKey.ID` says; none where the service would make one up.
    pub value: Option<String>,
    pub enabled: bool,
    pub grant: KeyGrant,
}

/// What a key is good for at the stage of its API.
#[derive(Clone, Debug, PartialEq)]
pub enum KeyGrant {
    /// The project describes no usage plan: whoever has the key is let in.
    Unlimited,
    /// As often as the plan allows.
    Plan(Arc<UsagePlan>),
    /// Usage plans are described, and none for this stage has the key: API Gateway refuses it.
    NoPlan,
}

/// How often each of its keys may call the stage of an API.
#[derive(Clone, Debug, PartialEq)]
pub struct UsagePlan {
    /// The logical id.
    pub id: String,
    /// The name it is given, else the logical id.
    pub name: String,
    pub throttle: Option<Throttle>,
    /// Instead of it for single methods of the stage: by `/path/METHOD`.
    pub methods: BTreeMap<String, Throttle>,
    pub quota: Option<Quota>,
}

/// A bucket of tokens, one for each request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Throttle {
    /// Tokens that come back in a second; finite and not negative.
    pub rate: f64,
    /// Tokens the bucket holds: requests that may come at once.
    pub burst: u32,
}

/// Requests within a period, which begins at midnight in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    pub limit: u64,
    /// What the first period has less.
    pub offset: u64,
    pub period: QuotaPeriod,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuotaPeriod {
    Day,
    /// From Sunday on.
    Week,
    /// From its first day on.
    Month,
}

/// A table of DynamoDB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub logical_id: String,
    pub name: String,
    pub arn: String,
    pub partition_key: Option<String>,
    pub sort_key: Option<String>,
    pub origin: Origin,
}

/// A queue of SQS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    pub logical_id: String,
    pub name: String,
    pub arn: String,
    pub url: String,
    pub origin: Origin,
}

/// A topic of SNS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    pub logical_id: String,
    pub name: String,
    pub arn: String,
    pub origin: Origin,
}

/// A parameter of a template, or a variable a configuration asks its surroundings for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    pub description: Option<String>,
    pub default: Option<String>,
    /// What counts in the end; none where nobody has said anything.
    pub value: Option<String>,
    pub from: ParameterFrom,
    pub origin: Origin,
}

/// Who said what a parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterFrom {
    /// [`Options::params`](crate::project::Options::params)
    Given,
    /// The `params` of the companion beside the root, `template.stepwright.json`.
    Companion,
    /// The default in the template.
    Default,
    Nobody,
}

/// A name without a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unresolved {
    /// `TableName`, `Role.Arn`, `env:TOKEN`
    pub name: String,
    pub origin: Origin,
}

/// Something in the surroundings of a workflow that cannot be read or is not supported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Stable and short: `PROJECT_FILE`, `PROJECT_SYNTAX`, `PROJECT_UNSUPPORTED`, …
    pub code: &'static str,
    /// A warning is about something that is left out; the rest is as it should be.
    pub severity: Severity,
    /// A sentence without a full stop that says what to do.
    pub message: String,
    pub origin: Origin,
}

impl QuotaPeriod {
    /// `day`, as a part of a sentence.
    pub const fn word(self) -> &'static str {
        match self {
            QuotaPeriod::Day => "day",
            QuotaPeriod::Week => "week",
            QuotaPeriod::Month => "month",
        }
    }
}

impl Default for Place {
    fn default() -> Place {
        Place {
            partition: "aws".to_owned(),
            region: "us-east-1".to_owned(),
            account: "123456789012".to_owned(),
        }
    }
}

impl Place {
    /// The ARN of a regional resource: `arn:aws:SERVICE:REGION:ACCOUNT:REST`.
    pub fn arn(&self, service: &str, rest: &str) -> String {
        let Place {
            partition,
            region,
            account,
        } = self;
        format!("arn:{partition}:{service}:{region}:{account}:{rest}")
    }

    /// The ARN of the state machine of a name.
    pub fn machine_arn(&self, name: &str) -> String {
        self.arn("states", &format!("stateMachine:{name}"))
    }
}

impl Project {
    /// The machine its file calls so, or else the one of a logical id, or else of a name.
    pub fn machine(&self, name: &str) -> Option<&Machine> {
        let by = |named: fn(&Machine) -> &str| self.machines.iter().find(|one| named(one) == name);
        by(|one| &one.key)
            .or_else(|| by(|one| &one.logical_id))
            .or_else(|| by(|one| &one.name))
    }

    /// The machine of an ARN. A qualifier behind the name (a version or an alias) is passed over; another account or
    /// region, as an ARN that is written out has it, means the machine of that name.
    pub fn machine_of_arn(&self, arn: &str) -> Option<&Machine> {
        let (_, named) = arn.split_once(":stateMachine:")?;
        let name = named.split(':').next().unwrap_or(named);
        self.machines.iter().find(|one| one.name == name)
    }

    /// The text of a file that was read.
    pub fn text(&self, file: &str) -> &str {
        self.files.get(file).map_or("", |text| text)
    }
}

impl ProjectKind {
    /// What people call it: "a SAM template".
    pub fn words(self) -> &'static str {
        match self {
            ProjectKind::Sam => "a SAM template",
            ProjectKind::CloudFormation => "a CloudFormation template",
            ProjectKind::CdkOut => "the output folder of the CDK",
            ProjectKind::Serverless => "a configuration of the Serverless Framework",
            ProjectKind::OpenApi => "an OpenAPI document",
        }
    }
}
