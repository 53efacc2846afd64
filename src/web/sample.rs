//! One page with every part in all its states, to look at beside the pictures of the design.

use askama::Template;

use super::shell::Shell;

/// View data of the sample page.
#[derive(Debug, Template)]
#[template(path = "sample.html")]
pub struct SamplePage {
    /// The frame.
    pub shell: Shell,
}
