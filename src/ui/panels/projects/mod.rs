//! Open projects in the left panel: the routes of their APIs, saved requests, machines, and all that surrounds them.
//!
//! Never: changes the session; every click becomes an intent.
//! Add a group as a call of `group` in `surroundings`.

mod values;

use egui::Rect;
use egui::Role as A11y;
use egui::Sense;
use egui::Ui;
use egui::WidgetInfo;
use egui::pos2;
use egui::vec2;

use crate::gateway::Api;
use crate::project::ApiDocument;
use crate::project::DefinitionPlace;
use crate::project::Origin;
use crate::scene::Family;
use crate::scene::Icon;
use crate::scene::Role;
use crate::scene::Status;
use crate::session::ApiIntent;
use crate::session::DrawerTab;
use crate::session::Intent;
use crate::session::OpenProject;
use crate::session::OutcomeSource;
use crate::session::RouteKey;
use crate::session::Session;
use crate::ui::panels::api::http_status;
use crate::ui::panels::api::method_color;
use crate::ui::panels::words::put_at;
use crate::ui::theme::Skin;
use crate::ui::theme::Text;
use crate::ui::theme::paint_icon;
use crate::ui::view::Outbox;
use crate::ui::view::View;
use crate::ui::widgets::Row;
use crate::ui::widgets::RowEnd;
use crate::ui::widgets::icon_button;
use crate::ui::widgets::section_head;
use crate::ui::widgets::status_icon;

/// Every open project. True where there is one.
pub fn show(ui: &mut Ui, session: &Session, view: &mut View, out: &mut Outbox) -> bool {
    let search = view.search.trim().to_lowercase();
    for project in &session.api.projects {
        let mut list = List {
            session,
            project,
            search: &search,
            view,
            out,
        };
        list.project(ui);
        ui.add_space(8.0);
    }
    !session.api.projects.is_empty()
}

/// A row of a group: what it says, where it leads.
struct Entry<'a> {
    text: String,
    weak: String,
    icon: Icon,
    tile: Option<Family>,
    selected: bool,
    wish: Option<ApiIntent>,
    hint: &'a str,
}

pub(crate) struct List<'a> {
    session: &'a Session,
    pub(crate) project: &'a OpenProject,
    search: &'a str,
    view: &'a mut View,
    pub(crate) out: &'a mut Outbox,
}

impl List<'_> {
    fn project(&mut self, ui: &mut Ui) {
        self.head(ui);
        let apis: Vec<(&ApiDocument, &Api)> = self
            .project
            .project
            .apis
            .iter()
            .zip(self.project.apis.iter().map(|api| &**api))
            .collect();
        for (document, api) in &apis {
            self.routes(ui, document, api);
        }
        self.saved(ui);
        self.machines(ui);
        self.surroundings(ui, &apis);
        self.parameters(ui);
        self.problems(ui, &apis);
    }

    pub(crate) fn hit(&self, text: &str) -> bool {
        self.search.is_empty() || text.to_lowercase().contains(self.search)
    }

    fn head(&mut self, ui: &mut Ui) {
        let skin = Skin::of(ui.ctx());
        let project = self.project;
        let (_, rect) = ui.allocate_space(vec2(ui.available_width(), 32.0));
        let mut right = rect.right();
        if !project.by_itself {
            let close = Rect::from_min_max(
                pos2(rect.right() - 28.0, rect.top() + 2.0),
                pos2(rect.right(), rect.top() + 30.0),
            );
            put_at(ui, close, |ui| {
                let name = format!("Close the project {}", project.title());
                if icon_button(ui, Icon::CLOSE, &name).clicked() {
                    self.out
                        .push(Intent::Api(ApiIntent::CloseProject(project.id)));
                }
            });
            right = close.left() - 4.0;
        }
        let icon = pos2(rect.left() + 16.0, rect.center().y);
        paint_icon(ui, icon, Icon::FOLDER, 16.0, skin.color(Role::SecondText));
        let words = Rect::from_min_max(
            pos2(rect.left() + 32.0, rect.top()),
            pos2(right, rect.bottom()),
        );
        let title = match project.is_modified() {
            true => format!("{} (not saved)", project.title()),
            false => project.title().to_owned(),
        };
        let response = ui.interact(
            words,
            egui::Id::unique(("project", project.id.0)),
            Sense::hover(),
        );
        let name = format!("{title}, {}", project.project.kind.words());
        response.widget_info(|| WidgetInfo::labeled(A11y::Heading, true, &name));
        Text::Strong.paint(ui, words, &title, skin.color(Role::Text));
        let hint = project.path().map(|path| path.display().to_string());
        response.on_hover_text(match hint {
            Some(path) => format!("{}\n{path}", project.project.kind.words()),
            None => "A bundled sample".to_owned(),
        });
    }

    fn routes(&mut self, ui: &mut Ui, document: &ApiDocument, api: &Api) {
        let routes = api.routes.iter().map(|route| RouteKey {
            project: self.project.id,
            api: document.id.clone(),
            method: route.method.clone(),
            path: route.path.clone(),
        });
        let shown: Vec<RouteKey> = routes
            .filter(|key| self.hit(&format!("{} {}", key.method, key.path)))
            .collect();
        if shown.is_empty() {
            return;
        }
        let name = match document.name.as_str() {
            "" => &document.id,
            name => name,
        };
        section_head(ui, name);
        let in_front = self.session.drawer == DrawerTab::Api;
        for key in shown {
            let selected = in_front && self.session.api.route.as_ref() == Some(&key);
            let findings = self.project.findings_of(&key).len();
            if self.route(ui, &key, selected, findings) {
                self.out.push(Intent::Api(ApiIntent::ChooseRoute(key)));
            }
        }
    }

    fn route(&self, ui: &mut Ui, key: &RouteKey, selected: bool, findings: usize) -> bool {
        let skin = Skin::of(ui.ctx());
        let id = egui::Id::unique(("route", self.project.id.0, &key.api, &key.method, &key.path));
        let name = format!("{} {}", key.method, key.path);
        let row = Row {
            selected,
            name: Some(&name),
            ..Row::new("")
        };
        let (response, _) = row.show(ui, id, Sense::click());
        let rect = response.rect;
        let short = match key.method.as_str() {
            "DELETE" => "DEL",
            "OPTIONS" => "OPT",
            method => method,
        };
        let word = Rect::from_min_max(
            pos2(rect.left() + 8.0, rect.top()),
            pos2(rect.left() + 56.0, rect.bottom()),
        );
        Text::Head.paint(ui, word, short, method_color(skin, &key.method));
        let mut right = rect.right() - 8.0;
        if findings > 0 {
            let center = pos2(right - 8.0, rect.center().y);
            let color = skin.color(Role::StatusText(Status::Caught));
            paint_icon(ui, center, Icon::WARNING, 16.0, color);
            right -= 24.0;
        }
        let path = Rect::from_min_max(
            pos2(rect.left() + 60.0, rect.top()),
            pos2(right, rect.bottom()),
        );
        let role = if selected { Text::Strong } else { Text::Body };
        let width = role.width(ui, &key.path);
        role.paint(ui, path, &key.path, skin.color(Role::Text));
        let clicked = response.clicked();
        if width > path.width() {
            response.on_hover_text(name);
        }
        clicked
    }

    fn saved(&mut self, ui: &mut Ui) {
        let requests = self.project.companion.requests.iter().enumerate();
        let shown: Vec<(usize, String, Option<u16>)> = requests
            .filter(|(_, saved)| self.hit(&format!("{} {}", saved.name, saved.path)))
            .map(|(place, saved)| {
                let source = OutcomeSource::Saved(place);
                let last = self.session.api.last_status(self.project.id, source);
                (place, saved.name.clone(), last)
            })
            .collect();
        if shown.is_empty() {
            return;
        }
        section_head(ui, "Saved requests");
        let draft = &self.session.api.draft;
        let here = self.session.drawer == DrawerTab::Api
            && self
                .session
                .api
                .current()
                .is_some_and(|current| current.id == self.project.id);
        for (place, name, status) in shown {
            let selected = here && draft.saved == Some(place);
            let words = status.map(|status| status.to_string()).unwrap_or_default();
            let shown = status.map_or(Status::NotReached, http_status);
            let role = match shown {
                Status::NotReached => Role::WeakText,
                other => Role::StatusText(other),
            };
            let spoken = match words.as_str() {
                "" => format!("{name}, saved request"),
                words => format!("{name}, saved request, last {words}"),
            };
            let row = Row {
                icon: Some((status_icon(shown), role)),
                end: RowEnd::Words(&words),
                selected,
                name: Some(&spoken),
                ..Row::new(&name)
            };
            let id = egui::Id::unique(("saved request", self.project.id.0, place));
            let (response, _) = row.show(ui, id, Sense::click());
            let (project, request) = (self.project.id, place);
            if response.double_clicked() {
                self.out
                    .push(Intent::Api(ApiIntent::SendSaved { project, request }));
            } else if response.clicked() {
                self.out
                    .push(Intent::Api(ApiIntent::ChooseSaved { project, request }));
            }
            response.context_menu(|ui| {
                let item = |text, icon| crate::ui::widgets::MenuItem {
                    text,
                    icon: Some(icon),
                    enabled: true,
                    ..Default::default()
                };
                if crate::ui::widgets::menu_row(ui, item("Send", Icon::PLAY_ARROW)) {
                    self.out
                        .push(Intent::Api(ApiIntent::SendSaved { project, request }));
                }
                if crate::ui::widgets::menu_row(ui, item("Remove", Icon::DELETE)) {
                    self.out
                        .push(Intent::Api(ApiIntent::RemoveSaved { project, request }));
                }
            });
        }
    }

    fn machines(&mut self, ui: &mut Ui) {
        let active = self.session.active();
        let id = self.project.id;
        let entries = self.project.project.machines.iter().map(|machine| {
            let (weak, selected) = match &machine.definition {
                DefinitionPlace::File { path } => {
                    let file = active.and_then(|tab| self.session.file_in_project(id, tab));
                    (short_path(path), file.as_ref() == Some(path))
                }
                DefinitionPlace::Inline { origin, .. } => {
                    let inset = active.and_then(|tab| tab.inset.as_ref());
                    let here = inset.is_some_and(|inset| {
                        inset.project == id && inset.machine == machine.logical_id
                    });
                    (format!("in {}", short_path(&origin.file)), here)
                }
                DefinitionPlace::Unreadable { .. } => ("cannot be read".to_owned(), false),
            };
            Entry {
                text: machine.logical_id.clone(),
                weak,
                icon: Icon::ACCOUNT_TREE,
                tile: Some(Family::Flow),
                selected: selected && self.session.drawer != DrawerTab::Api,
                wish: Some(ApiIntent::OpenMachine {
                    project: id,
                    machine: machine.logical_id.clone(),
                }),
                hint: "Open the definition",
            }
        });
        let entries = entries.collect();
        self.group(ui, "Machines", Fold::Open, entries);
    }

    fn surroundings(&mut self, ui: &mut Ui, apis: &[(&ApiDocument, &Api)]) {
        let project = &self.project.project;
        let id = self.project.id;
        let place = |origin: &Origin| {
            Some(ApiIntent::OpenPlace {
                project: id,
                origin: origin.clone(),
            })
        };
        let entry = |text: &str, weak: String, icon, tile, wish| Entry {
            text: text.to_owned(),
            weak,
            icon,
            tile: Some(tile),
            selected: false,
            wish,
            hint: "Show it in its file",
        };
        let functions = project.functions.iter().map(|one| {
            let code = match (&one.code, &one.inline_code) {
                (Some(code), _) => code.clone(),
                (None, Some(_)) => "in the template".to_owned(),
                (None, None) => "code elsewhere".to_owned(),
            };
            entry(
                &one.logical_id,
                code,
                Icon::FUNCTION,
                Family::Compute,
                place(&one.origin),
            )
        });
        let functions = functions.collect();
        let tables = project.tables.iter().map(|one| {
            let keys = [&one.partition_key, &one.sort_key];
            let keys: Vec<&str> = keys.into_iter().flatten().map(String::as_str).collect();
            entry(
                &one.name,
                keys.join(", "),
                Icon::DATABASE,
                Family::Data,
                place(&one.origin),
            )
        });
        let tables = tables.collect();
        let queues = project.queues.iter().map(|one| {
            entry(
                &one.name,
                String::new(),
                Icon::INBOX,
                Family::Messaging,
                place(&one.origin),
            )
        });
        let queues = queues.collect();
        let topics = project.topics.iter().map(|one| {
            entry(
                &one.name,
                String::new(),
                Icon::CAMPAIGN,
                Family::Messaging,
                place(&one.origin),
            )
        });
        let topics = topics.collect();
        let part = |pointers: &'static [&str], icon: Icon| -> Vec<Entry<'static>> {
            let named = apis.iter().flat_map(|(document, _)| {
                pointers.iter().flat_map(move |pointer| {
                    let members = document.document.pointer(pointer);
                    let members = members.and_then(serde_json::Value::as_object);
                    let names = members.into_iter().flat_map(|members| members.keys());
                    names.map(move |name| (*document, format!("{pointer}/{}", escaped(name)), name))
                })
            });
            named
                .map(|(document, pointer, name)| Entry {
                    text: name.clone(),
                    weak: String::new(),
                    icon,
                    tile: Some(Family::Http),
                    selected: false,
                    wish: origin_of(document, &pointer).as_ref().and_then(place),
                    hint: "Show it in its file",
                })
                .collect()
        };
        let validators = part(&["/x-amazon-apigateway-request-validators"], Icon::CHECK);
        let models = part(&["/components/schemas", "/definitions"], Icon::DATA_OBJECT);
        let responses = apis.iter().flat_map(|(document, api)| {
            api.gateway_responses.iter().map(move |(kind, response)| {
                let status = response.status.map(|status| status.to_string());
                let place = origin_of(document, &response.pointer);
                (kind, status.unwrap_or_default(), place)
            })
        });
        let responses = responses
            .map(|(kind, status, origin)| {
                let wish = origin.as_ref().and_then(place);
                entry(kind, status, Icon::HTTP, Family::Http, wish)
            })
            .collect();
        for (name, entries) in [
            ("Functions", functions),
            ("Validators", validators),
            ("Models", models),
            ("Gateway responses", responses),
            ("Tables", tables),
            ("Queues", queues),
            ("Topics", topics),
        ] {
            self.group(ui, name, Fold::Closed, entries);
        }
    }

    fn group(&mut self, ui: &mut Ui, name: &str, fold: Fold, entries: Vec<Entry<'_>>) {
        let shown: Vec<Entry<'_>> = entries
            .into_iter()
            .filter(|entry| self.hit(&format!("{name} {} {}", entry.text, entry.weak)))
            .collect();
        if shown.is_empty() || !self.group_head(ui, name, fold, shown.len()) {
            return;
        }
        for (place, entry) in shown.iter().enumerate() {
            let tile = entry.tile.map(|family| (family, entry.icon));
            let row = Row {
                tile,
                selected: entry.selected,
                end: RowEnd::Words(&entry.weak),
                name: Some(&entry.text),
                ..Row::new(&entry.text)
            };
            let id = egui::Id::unique(("project part", self.project.id.0, name, place));
            let (response, _) = row.show(ui, id, Sense::click());
            if response.clicked()
                && let Some(wish) = &entry.wish
            {
                self.out.push(Intent::Api(wish.clone()));
            }
            let hint = match entry.weak.as_str() {
                "" => format!("{}\n{}", entry.text, entry.hint),
                weak => format!("{}, {weak}\n{}", entry.text, entry.hint),
            };
            response.on_hover_text(hint);
        }
    }

    /// A head that folds; whether what is below it shows. A search opens every group.
    pub(crate) fn group_head(&mut self, ui: &mut Ui, name: &str, fold: Fold, count: usize) -> bool {
        let key = format!("project {} {name}", self.project.id.0);
        let turned = self.view.open.contains(&key);
        let open = (fold == Fold::Open) != turned || !self.search.is_empty();
        let number = count.to_string();
        let spoken = format!("{name}, {number}");
        let row = Row {
            open: Some(open),
            end: RowEnd::Words(&number),
            name: Some(&spoken),
            ..Row::new(name)
        };
        let id = egui::Id::unique(("project group", &key));
        let (response, arrow) = row.show(ui, id, Sense::click());
        if (response.clicked() || arrow) && !self.view.open.remove(&key) {
            self.view.open.insert(key);
        }
        open
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fold {
    Open,
    Closed,
}

/// Where a part of a document stands: the first text in it that comes from a file.
pub(crate) fn origin_of(document: &ApiDocument, pointer: &str) -> Option<Origin> {
    let from = document.origins.range(pointer.to_owned()..);
    let inside = from.take_while(|(place, _)| place.starts_with(pointer));
    inside.map(|(_, text)| text.origin.clone()).next()
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

pub(crate) fn short_path(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_owned()
}
