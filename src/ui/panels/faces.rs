//! What the cards of a revision say, remembered for as long as the revision is shown.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::asl::StateKind;
use crate::asl::StatePath;
use crate::editor::Revision;
use crate::scene::Face;
use crate::scene::Family;
use crate::scene::Icon;
use crate::scene::faces;
use crate::scene::kind_family;
use crate::scene::kind_icon;

/// The faces of one revision; made anew when another one is asked for.
#[derive(Clone, Debug, Default)]
pub struct FaceCache {
    known: Option<(u64, Arc<BTreeMap<StatePath, Face>>)>,
}

impl FaceCache {
    pub fn of(&mut self, revision: &Revision) -> Arc<BTreeMap<StatePath, Face>> {
        match &self.known {
            Some((id, faces)) if *id == revision.id => faces.clone(),
            _ => {
                let faces = Arc::new(faces(&revision.tree, &revision.machine));
                self.known = Some((revision.id, faces.clone()));
                faces
            }
        }
    }
}

/// Icon and family of a state: those of its card, else those of its type.
pub fn mark_of(face: Option<&Face>, kind: StateKind) -> (Family, Icon) {
    face.map_or((kind_family(kind), kind_icon(kind)), |face| {
        (face.family, face.icon)
    })
}
