//! Checks that hold for any page: axe, no sideways scrolling, a silent console.

use super::browser::Browser;
use super::look::{Look, NARROWEST};
use serde_json::Value;

const AXE: &str = include_str!("../../vendor/axe.min.js");

const RUN_AXE: &str = "
    const done = arguments[arguments.length - 1];
    axe.run(document, {
        runOnly: {type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']},
        resultTypes: ['violations'],
        preload: false,
    }).then(result => done(result.violations), error => done(String(error)));";

impl Browser {
    /// What axe finds against WCAG 2.0 to 2.2 A and AA, one readable line per element. Needs scripts.
    pub async fn axe(&self) -> Vec<String> {
        assert!(self.scripts(), "axe never finishes where scripts are off");
        self.driver.execute(format!("if (!window.axe) {{ {AXE} }}"), Vec::new()).await.expect("axe loads");
        let answer = self.driver.execute_async(RUN_AXE, Vec::new()).await.expect("axe runs");
        let Some(violations) = answer.json().as_array() else { return vec![answer.json().to_string()] };
        violations.iter().flat_map(readable).collect()
    }

    /// How many CSS pixels the page is wider than its window; 0 when it does not scroll sideways.
    pub async fn sideways_scroll(&self) -> i64 {
        let root = "const root = document.documentElement; return root.scrollWidth - root.clientWidth;";
        self.script(root).await.as_i64().unwrap_or(i64::MAX)
    }

    /// Fails when the page scrolls sideways.
    pub async fn no_sideways_scroll(&self) {
        let (over, width) = (self.sideways_scroll().await, self.look.get().width);
        assert!(over <= 0, "{} is {over} px wider than its {width} px window", self.path().await);
    }

    /// Looks at the present page in every look: its width in all of them, a picture on desktop and phone, axe on desktop and
    /// at the narrowest. Fails with all that was found.
    pub async fn survey(&self, name: &str) {
        let before = self.look.get();
        let mut faults = Vec::new();
        for look in Look::ALL {
            // A colour on its way to another is neither page nor picture.
            self.look(Look { reduced_motion: true, ..look }).await;
            let label = format!("{name} {} {}", look.theme.name(), look.width);
            let over = self.sideways_scroll().await;
            if over > 0 {
                faults.push(format!("{label}: {over} px too wide"));
            }
            if look.width != NARROWEST {
                self.screenshot(name).await;
            }
            faults.extend(self.axe().await.into_iter().map(|fault| format!("{label}: {fault}")));
        }
        self.look(before).await;
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    /// What pages have reported since this was last asked: script errors, console errors, refusals by the content security
    /// policy, failed loads. Answers of 4xx are left out, as pages show them on purpose.
    pub async fn complaints(&self) -> Vec<String> {
        let log = self.driver.browser_log().await.expect("the console's log");
        log.into_iter()
            .filter(|entry| entry.level == "SEVERE" || entry.message.contains("Content Security Policy"))
            .filter(|entry| !entry.message.contains("the server responded with a status of 4"))
            .map(|entry| entry.message)
            .collect()
    }
}

fn readable(violation: &Value) -> Vec<String> {
    let (rule, help) = (violation["id"].as_str().unwrap_or("?"), violation["help"].as_str().unwrap_or("?"));
    let nodes = violation["nodes"].as_array().into_iter().flatten();
    nodes
        .map(|node| {
            let summary = node["failureSummary"].as_str().unwrap_or_default().replace('\n', " ");
            format!("{rule}: {help}: {} {} ({summary})", node["target"], node["html"].as_str().unwrap_or_default())
        })
        .collect()
}
