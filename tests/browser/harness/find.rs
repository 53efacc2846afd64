//! Finds elements as a screen reader does, by role and accessible name, and works them.

use super::browser::{Browser, PATIENCE};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use thirtyfour::components::SelectElement;
use thirtyfour::prelude::*;
use thirtyfour::session::handle::SessionHandle;

/// What takes input and has a label.
const FIELDS: &[&str] =
    &["textbox", "searchbox", "combobox", "spinbutton", "checkbox", "radio", "switch", "listbox", "Date", "DateTime"];

impl Browser {
    /// The one button of this name; waits for it.
    pub async fn button(&self, name: &str) -> WebElement {
        self.one(&["button"], name).await
    }

    /// The one link of this name; waits for it.
    pub async fn link(&self, name: &str) -> WebElement {
        self.one(&["link"], name).await
    }

    /// The one field, box or choice with this label; waits for it.
    pub async fn field(&self, label: &str) -> WebElement {
        self.one(FIELDS, label).await
    }

    /// The one heading of this text; waits for it.
    pub async fn heading(&self, text: &str) -> WebElement {
        self.one(&["heading"], text).await
    }

    /// Presses the button of this name.
    pub async fn press(&self, name: &str) {
        self.button(name).await.click().await.unwrap_or_else(|error| panic!("pressing {name}: {error}"));
    }

    /// Presses the button of this name twice, as fast as a mouse can.
    pub async fn press_twice(&self, name: &str) {
        let button = self.button(name).await;
        let chain = self.driver.action_chain_with_delay(Some(Duration::ZERO), Some(Duration::ZERO));
        let pressing = chain.double_click_element(&button).perform().await;
        pressing.unwrap_or_else(|error| panic!("pressing {name} twice: {error}"));
    }

    /// Follows the link of this name.
    pub async fn follow(&self, name: &str) {
        self.link(name).await.click().await.unwrap_or_else(|error| panic!("following {name}: {error}"));
    }

    /// Opens the menu of this name.
    pub async fn open_menu(&self, name: &str) {
        let menu = self.one(&["DisclosureTriangle", "DisclosureTriangleGrouped"], name).await;
        menu.click().await.unwrap_or_else(|error| panic!("opening {name}: {error}"));
    }

    /// Replaces what stands in the field with this label.
    pub async fn fill(&self, label: &str, text: &str) {
        let field = self.field(label).await;
        field.clear().await.unwrap_or_else(|error| panic!("clearing {label}: {error}"));
        field.send_keys(text).await.unwrap_or_else(|error| panic!("filling {label}: {error}"));
    }

    /// Ticks or unticks the box with this label.
    pub async fn tick(&self, label: &str) {
        self.field(label).await.click().await.unwrap_or_else(|error| panic!("ticking {label}: {error}"));
    }

    /// Chooses what reads so in the list with this label.
    pub async fn choose(&self, label: &str, option: &str) {
        let list = SelectElement::new(&self.field(label).await).await.expect(label);
        list.select_by_exact_text(option).await.unwrap_or_else(|error| panic!("choosing {option} in {label}: {error}"));
    }

    /// Ticks the choice that reads so in the group of this name.
    pub async fn tick_in(&self, group: &str, choice: &str) {
        let group = self.one(&["group", "radiogroup"], group).await;
        let label = By::XPath(format!(".//label[normalize-space()='{choice}']"));
        let label = group.find(label).await.unwrap_or_else(|error| panic!("finding {choice}: {error}"));
        label.click().await.unwrap_or_else(|error| panic!("ticking {choice}: {error}"));
    }

    /// What stands in the field with this label.
    pub async fn value(&self, label: &str) -> String {
        self.field(label).await.value().await.expect("a value").unwrap_or_default()
    }

    /// Whether there is, at this moment, an element of this role and name.
    pub async fn has(&self, role: &str, name: &str) -> bool {
        !self.matches(&[role], name).await.is_empty()
    }

    /// Role and accessible name of what has the focus, such as `button "Save"`.
    pub async fn focused(&self) -> String {
        let Ok(element) = self.driver.active_element().await else { return "nothing".to_owned() };
        let Some(node) = backend_node(&element) else { return "nothing".to_owned() };
        let question = json!({"backendNodeId": node, "fetchRelatives": false});
        let answer = self.driver.cdp().send_raw("Accessibility.getPartialAXTree", question).await;
        let node = answer.map(|answer| answer["nodes"][0].clone()).unwrap_or_default();
        format!("{} {:?}", role_of(&node), name_of(&node))
    }

    /// Waits until the focus is on `role "name"`.
    pub async fn focus_is(&self, role: &str, name: &str) {
        let wanted = format!("{role} {name:?}");
        let there = self.within(PATIENCE, async || self.focused().await == wanted).await;
        assert!(there, "the focus is not on {wanted} but on {}", self.focused().await);
    }

    /// Presses Tab until the focus is on `role "name"`; fails after 80 steps.
    pub async fn tab_to(&self, role: &str, name: &str) {
        let wanted = format!("{role} {name:?}");
        let mut seen = Vec::new();
        for _ in 0..80 {
            self.tab().await;
            let here = self.focused().await;
            if here == wanted {
                return;
            }
            seen.push(here);
        }
        panic!("Tab never reached {wanted}; it went: {seen:#?}");
    }

    async fn one(&self, roles: &[&str], name: &str) -> WebElement {
        let found = self.within(PATIENCE, async || self.matches(roles, name).await.len() == 1).await;
        let elements = self.matches(roles, name).await;
        match elements.into_iter().next() {
            Some(element) if found => element,
            first => {
                let count = if first.is_some() { "several" } else { "no" };
                let there = self.outline().await;
                panic!("{:?} has {count} {} {name:?}; it has:\n{there}", self.path().await, roles.join("/"))
            }
        }
    }

    /// The elements of these roles with exactly this accessible name, in the order of the page.
    async fn matches(&self, roles: &[&str], name: &str) -> Vec<WebElement> {
        let cdp = self.driver.cdp();
        let Ok(document) = cdp.send_raw("DOM.getDocument", json!({"depth": 0})).await else { return Vec::new() };
        let question = json!({"nodeId": document["root"]["nodeId"], "accessibleName": name});
        let Ok(answer) = cdp.send_raw("Accessibility.queryAXTree", question).await else { return Vec::new() };
        let Ok(root) = self.driver.find(By::Tag("html")).await else { return Vec::new() };
        visible_nodes(&answer)
            .filter(|node| roles.contains(&role_of(node)))
            .filter_map(|node| sibling_of(self.driver.handle(), &root, node["backendDOMNodeId"].as_u64()?))
            .collect()
    }

    /// All roles and names of the page, for messages.
    async fn outline(&self) -> String {
        let answer = self.driver.cdp().send_raw("Accessibility.getFullAXTree", ()).await.unwrap_or_default();
        let lines = visible_nodes(&answer)
            .filter(|node| !["none", "generic", "InlineTextBox", "StaticText"].contains(&role_of(node)))
            .map(|node| format!("  {} {:?}", role_of(node), name_of(node)));
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn visible_nodes(answer: &Value) -> impl Iterator<Item = &Value> {
    answer["nodes"].as_array().into_iter().flatten().filter(|node| node["ignored"] != true)
}

fn role_of(node: &Value) -> &str {
    node["role"]["value"].as_str().unwrap_or("nothing")
}

fn name_of(node: &Value) -> &str {
    node["name"]["value"].as_str().unwrap_or_default()
}

/// chromedriver names elements `f.FRAME.d.DOCUMENT.e.NODE`, where NODE is the protocol's backend id.
fn backend_node(element: &WebElement) -> Option<u64> {
    element.element_id().to_string().rsplit_once(".e.")?.1.parse().ok()
}

fn sibling_of(handle: &Arc<SessionHandle>, element: &WebElement, node: u64) -> Option<WebElement> {
    let id = element.element_id().to_string();
    let (document, _) = id.rsplit_once(".e.")?;
    let reference = json!({"element-6066-11e4-a52e-4f735466cecf": format!("{document}.e.{node}")});
    WebElement::from_json(reference, handle.clone()).ok()
}
