//! `stepwright export`: a definition in another form.

use std::path::PathBuf;

use crate::cli::Source;
use crate::cli::SourceArgs;
use crate::cli::fail;
use crate::cli::output::write;
use crate::syntax::Format;

#[derive(clap::Args, Debug)]
pub struct ExportArgs {
    #[command(flatten)]
    source: SourceArgs,
    #[arg(long, value_enum)]
    to: ExportFormat,
    /// Where to write; standard output without it
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum ExportFormat {
    AslJson,
    AslYaml,
    Mermaid,
    Sam,
    Cloudformation,
    Cdk,
    Terraform,
    Serverless,
    Openapi,
    Iam,
    Html,
}

pub fn export(arguments: &ExportArgs) -> u8 {
    let mut source = match Source::read(&arguments.source) {
        Ok(source) => source,
        Err(reason) => return fail(&reason),
    };
    if !source.params.is_empty() {
        source.fill();
    }
    let tree = &source.parse.tree;
    let text = match arguments.to {
        // JSON stays as it is written, byte for byte.
        ExportFormat::AslJson if source.format() == Format::Json => source.text.clone(),
        ExportFormat::AslJson => crate::export::json(tree),
        ExportFormat::AslYaml => crate::export::yaml(tree),
        ExportFormat::Mermaid => crate::export::mermaid(&crate::graph::flow(tree, &source.machine)),
        ExportFormat::Sam
        | ExportFormat::Cloudformation
        | ExportFormat::Cdk
        | ExportFormat::Terraform
        | ExportFormat::Serverless
        | ExportFormat::Openapi
        | ExportFormat::Iam
        | ExportFormat::Html => {
            let name = clap::ValueEnum::to_possible_value(&arguments.to);
            let name = name
                .map(|value| value.get_name().to_owned())
                .unwrap_or_default();
            return fail(&format!(
                "`export --to {name}` is not built yet; there are asl-json, asl-yaml and mermaid"
            ));
        }
    };
    if let Some(error) = source.parse.errors.first()
        && arguments.to != ExportFormat::AslJson
    {
        let place = source.locate(error.span.start);
        return fail(&format!(
            "{}:{}:{}: {}; mend it first",
            source.file, place.line, place.column, error.message
        ));
    }
    match &arguments.output {
        None => {
            write(&text);
            0
        }
        Some(path) => match crate::workspace::write_atomically(path, text.as_bytes()) {
            Ok(()) => 0,
            Err(error) => fail(&error.to_string()),
        },
    }
}
