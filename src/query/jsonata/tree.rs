//! What names an expression uses, found in its tree, with places found in its text.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use jsonata_core::ast::AstNode;
use jsonata_core::ast::BinaryOp;
use jsonata_core::ast::Stage;
use jsonata_core::value::with_stack;

use crate::query::jsonata::NameUse;
use crate::query::jsonata::function;
use crate::query::jsonata::pattern::searches;
use crate::query::jsonata::token::Kind;
use crate::query::jsonata::token::tokens;

/// The names of one expression.
#[derive(Debug, Default)]
pub struct Names {
    pub variables: Vec<NameUse>,
    pub unknown_functions: Vec<NameUse>,
    pub state_fields: Option<Vec<String>>,
    pub unsupported: Option<String>,
    pub context_reads: Vec<NameUse>,
    /// Every name behind a `$`, bound or not.
    mentioned: BTreeSet<String>,
    /// `$eval` can mention anything.
    anything: bool,
}

impl Names {
    /// Whether an evaluation may need the name.
    pub fn mentions(&self, name: &str) -> bool {
        self.anything || self.mentioned.contains(name)
    }
}

/// Collects the names of a tree and finds them in the text.
pub fn names(tree: &AstNode, text: &str) -> Names {
    let mut search = Search {
        scopes: vec![BTreeSet::new()],
        ..Search::default()
    };
    search.node(tree);
    let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for token in tokens(text) {
        if token.kind == Kind::Variable {
            let name = token.text.trim_start_matches('$').to_string();
            places.entry(name).or_default().push(token.start);
        }
    }
    let uses = |names: &BTreeSet<String>| {
        let mut uses: Vec<NameUse> = names
            .iter()
            .flat_map(|name| {
                let found = places.get(name).cloned().unwrap_or_else(|| vec![0]);
                found.into_iter().map(|position| NameUse {
                    name: name.clone(),
                    position,
                })
            })
            .collect();
        uses.sort_by_key(|name_use| name_use.position);
        uses
    };
    Names {
        context_reads: context_reads(tree, text),
        variables: uses(&search.free),
        unknown_functions: uses(&search.unknown),
        state_fields: search
            .whole_states
            .then_some(())
            .map_or_else(|| Some(search.fields.iter().cloned().collect()), |()| None),
        unsupported: search.unsupported,
        anything: search.mentioned.contains("eval"),
        mentioned: search.mentioned,
    }
}

/// What is looked up in the context item: a name that begins a path, `$`, and `$$` anywhere.
fn context_reads(tree: &AstNode, text: &str) -> Vec<NameUse> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    with_context(tree, &mut found);
    if found.is_empty() && !text.contains("$$") {
        return Vec::new();
    }
    let tokens = tokens(text);
    if tokens.iter().any(|token| token.text == "$$") {
        found.insert("$$".to_string());
    }
    let plain = |word: &str| word.trim_matches('`').to_string();
    let mut reads: Vec<NameUse> = found
        .into_iter()
        .map(|name| {
            let token = tokens.iter().find(|token| {
                matches!(token.kind, Kind::Variable | Kind::Name) && plain(&token.text) == name
            });
            NameUse {
                position: token.map_or(0, |token| token.start),
                name,
            }
        })
        .collect();
    reads.sort_by_key(|read| read.position);
    reads
}

/// Walks what is evaluated with the same context item as the node itself. Later steps of a path,
/// predicates, terms of a sort and groups work with what stands before them.
fn with_context(node: &AstNode, found: &mut BTreeSet<String>) {
    with_stack(|| match node {
        AstNode::Name(name) => {
            found.insert(name.clone());
        }
        AstNode::Variable(name) if name.is_empty() => {
            found.insert("$".to_string());
        }
        AstNode::Path { steps } => {
            if let Some(first) = steps.first() {
                with_context(&first.node, found);
            }
        }
        AstNode::Sort { input, .. } | AstNode::ObjectTransform { input, .. } => {
            with_context(input, found);
        }
        AstNode::Transform { .. } => {}
        _ => children(node, &mut |child| with_context(child, found)),
    });
}

/// Calls `visit` for each direct child of a node.
pub fn children<'a>(node: &'a AstNode, visit: &mut dyn FnMut(&'a AstNode)) {
    match node {
        AstNode::Path { steps } => {
            for step in steps {
                visit(&step.node);
                for stage in &step.stages {
                    if let Stage::Filter(filter) = stage {
                        visit(filter);
                    }
                }
            }
        }
        AstNode::Binary { lhs, rhs, .. } => {
            visit(lhs);
            visit(rhs);
        }
        AstNode::Unary { operand, .. } => visit(operand),
        AstNode::Function { args, .. } => args.iter().for_each(visit),
        AstNode::Call { procedure, args } => {
            visit(procedure);
            args.iter().for_each(visit);
        }
        AstNode::Lambda { body, .. } => visit(body),
        AstNode::Array(items) | AstNode::ArrayGroup(items) | AstNode::Block(items) => {
            items.iter().for_each(visit);
        }
        AstNode::Object(pairs) => {
            for (key, value) in pairs {
                visit(key);
                visit(value);
            }
        }
        AstNode::ObjectTransform { input, pattern } => {
            visit(input);
            for (key, value) in pattern {
                visit(key);
                visit(value);
            }
        }
        AstNode::Conditional {
            condition,
            then_branch,
            else_branch,
        } => {
            visit(condition);
            visit(then_branch);
            if let Some(branch) = else_branch {
                visit(branch);
            }
        }
        AstNode::FunctionApplication(inner) => visit(inner),
        AstNode::Sort { input, terms } => {
            visit(input);
            terms.iter().for_each(|(term, _)| visit(term));
        }
        AstNode::Transform {
            location,
            update,
            delete,
        } => {
            visit(location);
            visit(update);
            if let Some(delete) = delete {
                visit(delete);
            }
        }
        AstNode::String(_)
        | AstNode::Name(_)
        | AstNode::Number(_)
        | AstNode::Boolean(_)
        | AstNode::Null
        | AstNode::Undefined
        | AstNode::Placeholder
        | AstNode::Regex { .. }
        | AstNode::Variable(_)
        | AstNode::ParentVariable(_)
        | AstNode::Wildcard
        | AstNode::Descendant
        | AstNode::Parent(_) => {}
    }
}

#[derive(Default)]
struct Search {
    scopes: Vec<BTreeSet<String>>,
    free: BTreeSet<String>,
    unknown: BTreeSet<String>,
    mentioned: BTreeSet<String>,
    fields: BTreeSet<String>,
    whole_states: bool,
    unsupported: Option<String>,
}

impl Search {
    fn node(&mut self, node: &AstNode) {
        with_stack(|| self.visit(node));
    }

    fn bound(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| scope.contains(name))
    }

    fn bind(&mut self, name: &str) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name.to_string());
        }
    }

    fn variable(&mut self, name: &str) {
        self.mentioned.insert(name.to_string());
        if name == "states" && !self.bound(name) {
            self.whole_states = true;
        } else if !name.is_empty() && !self.bound(name) && !function::exists(name) {
            self.free.insert(name.to_string());
        }
    }

    fn visit(&mut self, node: &AstNode) {
        match node {
            AstNode::Variable(name) => self.variable(name),
            AstNode::Function {
                name,
                is_builtin: true,
                ..
            } => {
                self.mentioned.insert(name.clone());
                if !self.bound(name) && !function::exists(name) {
                    self.unknown.insert(name.clone());
                }
                self.children(node);
            }
            AstNode::Binary {
                op: BinaryOp::ColonEqual,
                lhs,
                rhs,
            } => {
                let AstNode::Variable(name) = lhs.as_ref() else {
                    return self.children(node);
                };
                let recursive = matches!(rhs.as_ref(), AstNode::Lambda { .. });
                if recursive {
                    self.bind(name);
                }
                self.node(rhs);
                self.bind(name);
            }
            AstNode::Block(items) => {
                self.scopes.push(BTreeSet::new());
                items.iter().for_each(|item| self.node(item));
                self.scopes.pop();
            }
            AstNode::Lambda { params, body, .. } => {
                self.scopes.push(params.iter().cloned().collect());
                self.node(body);
                self.scopes.pop();
            }
            AstNode::Path { steps } => {
                let mut rest = steps.as_slice();
                if let [first, second, others @ ..] = rest
                    && matches!(&first.node, AstNode::Variable(name) if name == "states")
                    && first.stages.is_empty()
                    && let AstNode::Name(field) = &second.node
                    && !self.bound("states")
                {
                    self.mentioned.insert("states".to_string());
                    self.fields.insert(field.clone());
                    self.stages(&second.stages);
                    rest = others;
                }
                for step in rest {
                    for name in step.focus.iter().chain(&step.index_var) {
                        self.bind(name);
                    }
                    for stage in &step.stages {
                        if let Stage::Index(name) = stage {
                            self.bind(name);
                        }
                    }
                    self.node(&step.node);
                    self.stages(&step.stages);
                }
            }
            AstNode::Call { procedure, .. } => self.applied(procedure, node),
            AstNode::Binary {
                op: BinaryOp::ChainPipe,
                rhs,
                ..
            } => self.applied(rhs, node),
            _ => self.children(node),
        }
    }

    /// Only the functions that take a pattern have look-around and back-references.
    fn applied(&mut self, function: &AstNode, node: &AstNode) {
        if let AstNode::Regex { pattern, .. } = function
            && searches(pattern)
        {
            self.unsupported.get_or_insert(format!(
                "The regular expression /{pattern}/ has look-around or a back-reference and cannot be called as a function here"
            ));
        }
        self.children(node);
    }

    fn stages(&mut self, stages: &[Stage]) {
        for stage in stages {
            if let Stage::Filter(filter) = stage {
                self.node(filter);
            }
        }
    }

    fn children(&mut self, node: &AstNode) {
        children(node, &mut |child| self.node(child));
    }
}
