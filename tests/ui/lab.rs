//! The template lab by the names of its parts.
