//! An SVG as PNG, drawn with the fonts that come along; the same bytes on every machine.

use std::sync::Arc;

use resvg::tiny_skia::Pixmap;
use resvg::tiny_skia::Transform;
use resvg::usvg::Options;
use resvg::usvg::Tree;
use resvg::usvg::fontdb::Database;

use crate::export::font::TEXT_FONT;

/// More points than this are not drawn: 400 MB of memory.
const MOST_POINTS: u64 = 100_000_000;

/// Why there is no picture.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PictureError {
    #[error(
        "the picture would be {width} × {height} points, more than can be drawn; choose a smaller --scale or write SVG"
    )]
    TooLarge { width: u32, height: u32 },
    #[error("the drawing cannot be read: {0}")]
    Unreadable(String),
    #[error("the picture cannot be written as PNG: {0}")]
    Unwritable(String),
}

/// The PNG file of an SVG at its own size.
///
/// # Errors
/// Where the picture is too large for memory.
pub fn png(svg: &str) -> Result<Vec<u8>, PictureError> {
    let tree = tree(svg)?;
    let size = tree.size().to_int_size();
    let (width, height) = (size.width(), size.height());
    let too_large = PictureError::TooLarge { width, height };
    if u64::from(width) * u64::from(height) > MOST_POINTS {
        return Err(too_large);
    }
    let mut pixels = Pixmap::new(width, height).ok_or(too_large)?;
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    pixels
        .encode_png()
        .map_err(|error| PictureError::Unwritable(error.to_string()))
}

fn tree(svg: &str) -> Result<Tree, PictureError> {
    let mut fonts = Database::new();
    fonts.load_font_data(TEXT_FONT.to_vec());
    let family = fonts
        .faces()
        .next()
        .and_then(|face| face.families.first())
        .map(|(name, _)| name.clone())
        .unwrap_or_default();
    fonts.set_sans_serif_family(family);
    let options = Options {
        fontdb: Arc::new(fonts),
        ..Options::default()
    };
    Tree::from_str(svg, &options).map_err(|error| PictureError::Unreadable(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::Severity;
    use crate::export::Picture;
    use crate::export::svg;
    use crate::scene;
    use crate::scene::Marks;
    use crate::scene::RunPicture;
    use crate::scene::SceneRequest;
    use crate::scene::StateRun;
    use crate::scene::Status;
    use crate::scene::TakenEdge;
    use crate::scene::Theme;
    use crate::scene::fixture;

    fn failed_run() -> RunPicture {
        let state = |name: &str, status: Status, words: &str| {
            (
                fixture::path(name),
                StateRun {
                    status,
                    words: words.to_owned(),
                    input: None,
                    output: None,
                },
            )
        };
        let taken = |from: &str, to: &str, caught: bool| TakenEdge {
            from: Some(fixture::path(from)),
            to: fixture::path(to),
            caught,
        };
        RunPicture {
            states: [
                state("Customer present?", Status::Succeeded, "Succeeded · 0 ms"),
                state("Validate order", Status::Succeeded, "Succeeded · 142 ms"),
                state("Reserve inventory", Status::Caught, "Caught error · 1.31 s"),
                state("Reserve item", Status::Failed, "Failed · 1 of 3"),
                state(
                    "Release everything that was reserved before",
                    Status::Running,
                    "Running · 2 ms",
                ),
            ]
            .into(),
            taken: [
                taken("Customer present?", "Validate order", false),
                taken("Validate order", "Reserve inventory", false),
                taken(
                    "Reserve inventory",
                    "Release everything that was reserved before",
                    true,
                ),
            ]
            .into(),
            ends: Default::default(),
            running: true,
        }
    }

    /// Pictures of the hand-placed workflow in every theme, before and in a run.
    fn pictures() -> Vec<(String, String)> {
        let (tree, machine) = fixture::machine();
        let layout = fixture::layout();
        let faces = scene::faces(&tree, &machine);
        let run = failed_run();
        let marks = Marks {
            selected: [fixture::path("Release everything that was reserved before")].into(),
            breakpoints: [fixture::path("Validate order")].into(),
            problems: [(fixture::path("Reserve item"), Severity::Error)].into(),
            mocked: [fixture::path("Validate order")].into(),
            ..Marks::default()
        };
        let mut all = Vec::new();
        for theme in Theme::ALL {
            for (name, run) in [("design", None), ("run", Some(&run))] {
                for zoom in [1.0, 0.5, 0.3, 0.2] {
                    let scene = scene::build(&SceneRequest {
                        layout: &layout,
                        faces: &faces,
                        run,
                        marks: &marks,
                        slots: &[],
                        zoom,
                        visible: None,
                        error_handling: true,
                    });
                    let picture = Picture {
                        title: "fixture",
                        definition: fixture::DEFINITION,
                        theme,
                        scale: zoom,
                    };
                    all.push((
                        format!("{name}-{}-{zoom}", theme.name()),
                        svg(&scene, &picture),
                    ));
                }
            }
        }
        all
    }

    #[test]
    fn every_picture_can_be_read_and_drawn() {
        for (name, svg) in pictures() {
            let png = png(&svg).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(png.starts_with(&[0x89, b'P', b'N', b'G']), "{name}");
            assert!(
                svg.contains("<metadata>") && svg.contains("Reserve"),
                "{name}"
            );
            if let Some(folder) = option_env!("STEPWRIGHT_PICTURES") {
                std::fs::write(format!("{folder}/{name}.png"), png).unwrap();
            }
        }
    }

    #[test]
    fn what_is_too_large_says_so() {
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"90000\" height=\"90000\"/>";
        let error = png(svg).unwrap_err();
        assert_eq!(
            error,
            PictureError::TooLarge {
                width: 90_000,
                height: 90_000
            }
        );
    }
}
