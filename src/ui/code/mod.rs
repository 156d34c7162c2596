//! The code editor.
