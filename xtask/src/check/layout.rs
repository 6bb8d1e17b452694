//! A name leads to a file, and arrows between files point one way.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use super::tree::{File, files};

/// Modules at the root of a service, at most.
const MAX_ROOT_MODULES: usize = 14;

/// What decisions must not know: storage, transport, the loops around them, and where time and random values come from.
const NOT_IN_DOMAIN: [&str; 11] = [
    "crate::store",
    "crate::grpc",
    "crate::workers",
    "crate::consumers",
    "crate::routes",
    "patchbay_proto",
    "patchbay_db",
    "sqlx::",
    "tonic::",
    "Clock::system",
    "Random::system",
];

/// Every violation, one a line.
pub(crate) fn violations() -> anyhow::Result<Vec<String>> {
    let rust = files(&["rs"])?;
    let services: Vec<&File> = rust.iter().filter(|file| file.path.starts_with("services/")).collect();
    let mut found = rpcs_without_a_file(&files(&["proto"])?, &services)?;
    found.extend(operations_without_a_file(&services)?);
    found.extend(impure_decisions(&services));
    found.extend(crowded_roots(&services));
    found.extend(named_providers(&rust)?);
    found.extend(circles(&rust)?);
    Ok(found)
}

/// Only the list of providers names one: its crate, or its key. `crates/provider-<name>` are the providers.
fn named_providers(rust: &[File]) -> anyhow::Result<Vec<String>> {
    const CORE: &str = "services/issue-sync/src/";
    const LIST: &str = "services/issue-sync/src/providers.rs";
    let crates = rust.iter().filter_map(|file| file.path.strip_prefix("crates/provider-"));
    let names: BTreeSet<&str> =
        crates.filter_map(|path| path.split_once('/')).map(|(name, _)| name).collect();
    let core = rust.iter().filter(|file| file.path.starts_with(CORE) && file.path != LIST);
    let core: Vec<&File> = core.collect();
    if names.is_empty() || core.is_empty() {
        return Ok(vec!["providers: this check no longer recognises any provider or any core".to_owned()]);
    }
    let mut found = Vec::new();
    for name in names {
        // `jira-server`, `jira_server`, `Jira Server`, `JiraServer`.
        let words = Regex::new(&format!("(?i){}", name.replace('-', "[-_ ]?")))?;
        let naming = core.iter().filter(|file| words.is_match(file.code()));
        found.extend(naming.map(|file| format!("{}: names the provider {name}", file.path)));
    }
    Ok(found)
}

/// The RPC `Publishing.RequestPublication` of `installation` is in `grpc/publishing/request_publication.rs`.
fn rpcs_without_a_file(protos: &[File], services: &[&File]) -> anyhow::Result<Vec<String>> {
    let (package, service, rpc) = (
        Regex::new(r"(?m)^package patchbay\.(\w+)\.v1;")?,
        Regex::new(r"(?m)^service (\w+) \{")?,
        Regex::new(r"(?m)^  rpc (\w+)\(")?,
    );
    let paths: BTreeSet<&str> = services.iter().map(|file| file.path.as_str()).collect();
    let mut found = Vec::new();
    for proto in protos {
        let Some(package) = package.captures(&proto.text) else { continue };
        let folder = package[1].replace('_', "-");
        let starts: Vec<_> = service.captures_iter(&proto.text).collect();
        for (index, captures) in starts.iter().enumerate() {
            let begin = captures.get(0).map_or(0, |hit| hit.start());
            let end = starts
                .get(index + 1)
                .and_then(|next| next.get(0))
                .map_or(proto.text.len(), |hit| hit.start());
            for operation in rpc.captures_iter(&proto.text[begin..end]) {
                let (service, operation) = (snake_case(&captures[1]), snake_case(&operation[1]));
                let path = format!("services/{folder}/src/grpc/{service}/{operation}.rs");
                if !paths.contains(path.as_str()) {
                    found.push(format!("{}: the RPC {} has no {path}", proto.path, &operation));
                }
            }
        }
    }
    Ok(found)
}

/// The REST operation `create_app` is in a `create_app.rs` below `routes/`. It names itself where it is built:
/// `post("create_app", "/api/0/sentry-apps/", create_app)`.
fn operations_without_a_file(services: &[&File]) -> anyhow::Result<Vec<String>> {
    let named = Regex::new(r#"\b(?:get|post|put|delete)\(\s*"(\w+)",\s*"/"#)?;
    let routes = services.iter().filter(|file| file.path.starts_with("services/gateway/src/routes/"));
    let mut found = Vec::new();
    let mut operations = 0;
    for file in routes {
        let stem = file.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs");
        for captures in named.captures_iter(file.code()) {
            operations += 1;
            if &captures[1] != stem {
                found.push(format!(
                    "{}: the operation {} is in a file of another name",
                    file.path, &captures[1]
                ));
            }
        }
    }
    if operations == 0 {
        found.push("services/gateway/src/routes: this check no longer recognises any operation".to_owned());
    }
    Ok(found)
}

fn impure_decisions(services: &[&File]) -> Vec<String> {
    let decisions = services.iter().filter(|file| file.path.contains("/src/domain/") && !file.is_test());
    let mut found = Vec::new();
    for file in decisions {
        for forbidden in NOT_IN_DOMAIN.iter().filter(|forbidden| file.code().contains(**forbidden)) {
            found.push(format!("{}: a decision knows {forbidden}", file.path));
        }
    }
    found
}

fn crowded_roots(services: &[&File]) -> Vec<String> {
    let mut roots: BTreeMap<&str, usize> = BTreeMap::new();
    for file in services {
        let Some((service, path)) = file.path.split_once("/src/") else { continue };
        if !path.contains('/') && !["lib.rs", "main.rs"].contains(&path) {
            *roots.entry(service).or_default() += 1;
        }
    }
    let crowded = roots.into_iter().filter(|(_, modules)| *modules > MAX_ROOT_MODULES);
    crowded
        .map(|(service, modules)| {
            format!("{service}/src has {modules} modules at its root, at most {MAX_ROOT_MODULES}")
        })
        .collect()
}

/// Files of one crate that import each other, directly or through others. A module and its own submodules count as one way: the
/// parent may use its children, and re-export them.
fn circles(files: &[File]) -> anyhow::Result<Vec<String>> {
    let mut crates: BTreeMap<&str, BTreeMap<String, &File>> = BTreeMap::new();
    for file in files.iter().filter(|file| !file.is_test()) {
        if let Some((root, path)) = file.path.split_once("/src/") {
            crates.entry(root).or_default().insert(module_of(path), file);
        }
    }
    let mut found = Vec::new();
    for (root, modules) in crates {
        let imports = imports(&modules)?;
        for circle in strongly_connected(&imports) {
            found.push(format!("{root}/src: these modules import each other: {}", circle.join(", ")));
        }
    }
    Ok(found)
}

fn module_of(path: &str) -> String {
    let path = path.trim_end_matches(".rs");
    if path == "lib" || path == "main" { String::new() } else { path.replace('/', "::") }
}

/// The modules that each module names by `crate::…` or `super::…`, apart from its own submodules and the root.
fn imports(modules: &BTreeMap<String, &File>) -> anyhow::Result<BTreeMap<String, BTreeSet<String>>> {
    let path = Regex::new(r"\b(crate|super(?:::super)*)((?:::\w+)+)(::\{[^;]*?\})?")?;
    let mut imports = BTreeMap::new();
    for (module, file) in modules {
        let code: String = file
            .code()
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect::<Vec<_>>()
            .join("\n");
        let mut named = BTreeSet::new();
        for captures in path.captures_iter(&code) {
            let mut base: Vec<&str> = Vec::new();
            if captures[1].starts_with("super") {
                base = module.split("::").filter(|part| !part.is_empty()).collect();
                for _ in captures[1].split("::") {
                    base.pop();
                }
            }
            let rest = captures[2].trim_start_matches("::");
            let mut full: Vec<String> = base.iter().map(|part| (*part).to_owned()).collect();
            full.extend(rest.split("::").map(str::to_owned));
            let branches: Vec<Vec<String>> = match captures.get(3) {
                Some(list) => {
                    let inner = list.as_str().trim_start_matches("::{").trim_end_matches('}');
                    let heads = inner
                        .split(',')
                        .map(|item| item.trim().split("::").next().unwrap_or_default().to_owned());
                    heads.map(|head| full.iter().cloned().chain([head]).collect()).collect()
                }
                None => vec![full],
            };
            for mut branch in branches {
                while !branch.is_empty() && !modules.contains_key(&branch.join("::")) {
                    branch.pop();
                }
                let target = branch.join("::");
                let is_own =
                    target.is_empty() || target == *module || target.starts_with(&format!("{module}::"));
                if !is_own && !module.is_empty() {
                    named.insert(target);
                }
            }
        }
        imports.insert(module.clone(), named);
    }
    Ok(imports)
}

/// Tarjan's algorithm without recursion is longer than these trees need: two modules are in one circle if each reaches the other.
fn strongly_connected(imports: &BTreeMap<String, BTreeSet<String>>) -> Vec<Vec<String>> {
    let reach: BTreeMap<&String, BTreeSet<&String>> =
        imports.keys().map(|module| (module, reached(module, imports))).collect();
    let mut circles = Vec::new();
    let mut seen = BTreeSet::new();
    for module in imports.keys().filter(|module| reach[*module].contains(*module)) {
        if seen.insert(module) {
            let mutual = reach[module]
                .iter()
                .filter(|other| reach.get(**other).is_some_and(|back| back.contains(module)));
            let circle: Vec<String> = mutual.map(|other| (*other).clone()).collect();
            seen.extend(imports.keys().filter(|other| circle.contains(other)));
            circles.push(circle);
        }
    }
    circles
}

fn reached<'a>(from: &String, imports: &'a BTreeMap<String, BTreeSet<String>>) -> BTreeSet<&'a String> {
    let mut reached = BTreeSet::new();
    let mut waiting: Vec<&String> = imports.get(from).into_iter().flatten().collect();
    while let Some(module) = waiting.pop() {
        if reached.insert(module) {
            waiting.extend(imports.get(module).into_iter().flatten());
        }
    }
    reached
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
