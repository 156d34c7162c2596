//! Windows without a screen: every part is found by the name a screen reader would say.

mod api;
mod choices_e2e;
mod code;
mod desk;
mod drawer;
mod e2e;
mod edge_e2e;
mod gallery;
mod lab;
mod palette;
mod real_e2e;
mod run_inspector;
mod waiting;
mod window;
