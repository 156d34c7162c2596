//! `render`: a picture of a workflow.

use std::path::Path;

use crate::cli::Source;
use crate::cli::SourceArgs;
use crate::cli::fail;
use crate::cli::json_argument;
use crate::export;
use crate::graph;
use crate::graph::Direction;
use crate::graph::LayoutRequest;
use crate::scene;
use crate::scene::Marks;
use crate::scene::RunPicture;
use crate::scene::SceneRequest;
use crate::scene::Theme;
use crate::trace;
use crate::trace::Trace;

/// Draws a workflow as SVG or PNG.
#[derive(clap::Args, Debug, Clone)]
pub struct RenderArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    /// The picture's file, `.svg` or `.png`
    #[arg(short, long)]
    pub out: String,
    /// `light`, `dark` or `high-contrast`
    #[arg(long, default_value = "light", value_parser = theme)]
    pub theme: Theme,
    /// Picture points per point of the drawing
    #[arg(long, default_value_t = 1.0, value_parser = scale)]
    pub scale: f32,
    /// A history whose run colours the picture, as `run --format history` prints it; `-` is standard input
    #[arg(long, value_name = "HISTORY")]
    pub run: Option<String>,
    /// The way the happy path runs: `down` or `right`
    #[arg(long, default_value = "down", value_parser = direction)]
    pub direction: Direction,
}

/// Writes the picture; answers the exit code.
pub fn render(arguments: &RenderArgs) -> u8 {
    match picture(arguments) {
        Ok(()) => 0,
        Err(reason) => fail(&reason),
    }
}

fn picture(arguments: &RenderArgs) -> Result<(), String> {
    let ending = Path::new(&arguments.out)
        .extension()
        .map(|ending| ending.to_string_lossy().to_lowercase());
    let as_png = match ending.as_deref() {
        Some("svg") => false,
        Some("png") => true,
        _ => return Err(format!("{} must end in .svg or .png", arguments.out)),
    };
    let source = Source::read(&arguments.source)?;
    let tree = &source.parse.tree;
    let flow = graph::flow(tree, &source.machine);
    let mut request = LayoutRequest::new(flow, &graph::average_width);
    request.direction = arguments.direction;
    let layout = graph::layout(&request);
    let run = arguments
        .run
        .as_deref()
        .map(|file| run_picture(file, &source))
        .transpose()?;
    let scene = scene::build(&SceneRequest {
        layout: &layout,
        faces: &scene::faces(tree, &source.machine),
        run: run.as_ref(),
        marks: &Marks::default(),
        slots: &[],
        zoom: 1.0,
        visible: None,
        error_handling: true,
    });
    let svg = export::svg(
        &scene,
        &export::Picture {
            title: &source.name,
            definition: &source.text,
            theme: arguments.theme,
            scale: arguments.scale,
        },
    );
    let bytes = if as_png {
        export::png(&svg).map_err(|error| error.to_string())?
    } else {
        svg.into_bytes()
    };
    std::fs::write(&arguments.out, bytes)
        .map_err(|error| format!("{} cannot be written: {error}", arguments.out))
}

fn run_picture(file: &str, source: &Source) -> Result<RunPicture, String> {
    let history = json_argument(&format!("@{file}"))?;
    let events =
        trace::import(&history, &source.machine).map_err(|error| format!("{file}: {error}"))?;
    Ok(scene::run_picture(&Trace::of(&events)))
}

fn theme(text: &str) -> Result<Theme, String> {
    Theme::parse(text).ok_or_else(|| "one of light, dark, high-contrast".to_owned())
}

fn direction(text: &str) -> Result<Direction, String> {
    match text {
        "down" => Ok(Direction::Down),
        "right" => Ok(Direction::Right),
        _ => Err("one of down, right".to_owned()),
    }
}

fn scale(text: &str) -> Result<f32, String> {
    text.parse()
        .ok()
        .filter(|scale| (0.05..=20.0).contains(scale))
        .ok_or_else(|| "a number from 0.05 to 20".to_owned())
}
