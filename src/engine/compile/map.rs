//! Map, inline and distributed.

use crate::asl::QueryLanguage;
use crate::asl::State;
use crate::engine::ExecutionKind;
use crate::engine::compile::source::Source;
use crate::engine::program::BatcherWork;
use crate::engine::program::DistributedWork;
use crate::engine::program::MapWork;
use crate::engine::program::ReaderWork;
use crate::engine::program::ScopeIndex;
use crate::engine::program::Transformation;
use crate::engine::program::WriterWork;
use crate::syntax::NodeId;

impl Source<'_> {
    pub fn map(&mut self, state: &State) -> Option<MapWork> {
        let node = state.node;
        let language = state.query_language;
        let Some(processor) = state.scopes.first() else {
            self.report(node, "MISSING_FIELD", "A Map state needs ItemProcessor");
            return None;
        };
        let selector = match self.template(node, "ItemSelector", language) {
            Some(selector) => Some(selector),
            None if language == QueryLanguage::JsonPath => {
                self.template(node, "Parameters", language)
            }
            None => None,
        };
        let (items_path, items) = match language {
            QueryLanguage::JsonPath => (self.selection(node, "ItemsPath"), None),
            QueryLanguage::Jsonata => (
                crate::engine::program::Selection::Whole,
                self.template(node, "Items", language),
            ),
        };
        Some(MapWork {
            processor: ScopeIndex(processor.0),
            items_path,
            items,
            selector,
            max_concurrency: self.quantity(node, "MaxConcurrency", language),
            tolerated_count: self.quantity(node, "ToleratedFailureCount", language),
            tolerated_percentage: self.quantity(node, "ToleratedFailurePercentage", language),
            distributed: self
                .is_distributed(node)
                .then(|| self.distributed(node, language)),
        })
    }

    fn is_distributed(&mut self, node: NodeId) -> bool {
        ["ItemProcessor", "Iterator"].into_iter().any(|name| {
            let Some(processor) = self.field(node, name) else {
                return false;
            };
            let Some(config) = self.field(processor, "ProcessorConfig") else {
                return false;
            };
            self.text(config, "Mode").as_deref() == Some("DISTRIBUTED")
        })
    }

    fn distributed(&mut self, node: NodeId, language: QueryLanguage) -> DistributedWork {
        DistributedWork {
            label: self.text(node, "Label"),
            kind: self.child_kind(node),
            reader: self
                .field(node, "ItemReader")
                .and_then(|reader| self.reader(reader, language)),
            batcher: self.field(node, "ItemBatcher").map(|batcher| BatcherWork {
                max_items: self.quantity(batcher, "MaxItemsPerBatch", language),
                max_bytes: self.quantity(batcher, "MaxInputBytesPerBatch", language),
                input: self.template(batcher, "BatchInput", language),
            }),
            writer: self
                .field(node, "ResultWriter")
                .map(|writer| self.writer(writer, language)),
        }
    }

    fn child_kind(&mut self, node: NodeId) -> ExecutionKind {
        ["ItemProcessor", "Iterator"]
            .into_iter()
            .find_map(|name| {
                let processor = self.field(node, name)?;
                let config = self.field(processor, "ProcessorConfig")?;
                ExecutionKind::parse(&self.text(config, "ExecutionType")?)
            })
            .unwrap_or_default()
    }

    fn writer(&mut self, writer: NodeId, language: QueryLanguage) -> WriterWork {
        let config = self.field(writer, "WriterConfig").unwrap_or(writer);
        let transformation = self.text(config, "Transformation");
        WriterWork {
            resource: self.text(writer, "Resource"),
            transformation: transformation.as_deref().and_then(Transformation::parse),
            lines: self.text(config, "OutputType").as_deref() == Some("JSONL"),
            arguments: self.arguments(writer, language),
        }
    }

    fn reader(&mut self, reader: NodeId, language: QueryLanguage) -> Option<ReaderWork> {
        let resource = self.text_or_report(reader, "Resource")?;
        let config = self.field(reader, "ReaderConfig").unwrap_or(reader);
        Some(ReaderWork {
            resource,
            arguments: self.arguments(reader, language),
            input_type: self.quantity(config, "InputType", language),
            header_location: self.text(config, "CSVHeaderLocation"),
            headers: self.texts(config, "CSVHeaders"),
            delimiter: self.text(config, "CSVDelimiter"),
            max_items: self.quantity(config, "MaxItems", language),
            items_pointer: self.text(config, "ItemsPointer"),
            manifest_type: self.text(config, "ManifestType"),
            loads: self.text(config, "Transformation").as_deref() == Some("LOAD_AND_FLATTEN"),
        })
    }

    fn arguments(
        &mut self,
        node: NodeId,
        language: QueryLanguage,
    ) -> Option<crate::engine::template::Template> {
        match language {
            QueryLanguage::JsonPath => self.template(node, "Parameters", language),
            QueryLanguage::Jsonata => self.template(node, "Arguments", language),
        }
    }
}
