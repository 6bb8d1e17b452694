//! References between Kubernetes objects, which schemas do not cover: a selector that selects nothing is valid.

use std::collections::BTreeSet;

use anyhow::ensure;
use serde_json::{Map, Value};

/// A pod of a workload: its labels and its ports, by name and by number.
struct Pod<'a> {
    workload: String,
    labels: &'a Map<String, Value>,
    ports: BTreeSet<String>,
}

/// Every violation in the objects of one installation, one a line.
pub(super) fn violations(objects: &[Value]) -> anyhow::Result<Vec<String>> {
    let pods: Vec<Pod<'_>> = objects.iter().filter_map(pod).collect();
    ensure!(!pods.is_empty(), "there are no pods; this check no longer recognises them");
    let mut found = Vec::new();
    for object in objects {
        let spec = &object["spec"];
        let problems = match text(&object["kind"]) {
            "Service" => service(spec, &pods),
            "PodDisruptionBudget" => selects(&spec["selector"]["matchLabels"], &pods),
            "NetworkPolicy" => network_policy(spec, &pods),
            "HorizontalPodAutoscaler" => target(&spec["scaleTargetRef"], objects),
            "Ingress" => spec["rules"][0]["http"]["paths"]
                .as_array()
                .into_iter()
                .flatten()
                .flat_map(|path| backend(&path["backend"]["service"], "/port/name", objects))
                .collect(),
            "HTTPRoute" => backend(&spec["rules"][0]["backendRefs"][0], "/port", objects),
            "Deployment" => deployment(&spec["template"]["spec"], objects),
            _ => Vec::new(),
        };
        let name = format!("{}/{}", text(&object["kind"]), text(&object["metadata"]["name"]));
        found.extend(problems.into_iter().map(|problem| format!("{name}: {problem}")));
    }
    Ok(found)
}

fn pod(object: &Value) -> Option<Pod<'_>> {
    let template = object["spec"].get("template")?;
    let containers = template["spec"]["containers"].as_array()?;
    let ports = containers.iter().filter_map(|container| container["ports"].as_array()).flatten();
    Some(Pod {
        workload: text(&object["metadata"]["name"]).to_owned(),
        labels: template["metadata"]["labels"].as_object()?,
        ports: ports.flat_map(|port| [any(&port["name"]), any(&port["containerPort"])]).collect(),
    })
}

fn selected<'a, 'p>(selector: &Value, pods: &'a [Pod<'p>]) -> Vec<&'a Pod<'p>> {
    let Some(selector) = selector.as_object() else { return Vec::new() };
    let fits = |pod: &&Pod<'_>| selector.iter().all(|(name, value)| pod.labels.get(name) == Some(value));
    pods.iter().filter(fits).collect()
}

fn selects(selector: &Value, pods: &[Pod<'_>]) -> Vec<String> {
    if selected(selector, pods).is_empty() { vec![format!("{selector} selects no pod")] } else { Vec::new() }
}

fn without_port(pods: &[&Pod<'_>], port: &Value) -> Vec<String> {
    let port = any(port);
    let lack = pods.iter().filter(|pod| !pod.ports.contains(&port));
    lack.map(|pod| format!("{} has no port {port}", pod.workload)).collect()
}

fn service(spec: &Value, pods: &[Pod<'_>]) -> Vec<String> {
    let behind = selected(&spec["selector"], pods);
    let ports = spec["ports"].as_array().into_iter().flatten();
    let mut found: Vec<String> = ports.flat_map(|port| without_port(&behind, &port["targetPort"])).collect();
    found.extend(selects(&spec["selector"], pods));
    found
}

/// Peers in the same namespace are pods of the installation. Named ports belong to the pods that accept the connection.
fn network_policy(spec: &Value, pods: &[Pod<'_>]) -> Vec<String> {
    let own = &spec["podSelector"]["matchLabels"];
    let mut found = selects(own, pods);
    for (rules, side) in [("ingress", "from"), ("egress", "to")] {
        for rule in spec[rules].as_array().into_iter().flatten() {
            let mut accepting = if side == "from" { selected(own, pods) } else { Vec::new() };
            for peer in rule[side].as_array().into_iter().flatten() {
                let near = &peer["podSelector"]["matchLabels"];
                if peer.get("namespaceSelector").is_none() && near.is_object() {
                    found.extend(selects(near, pods));
                    accepting.extend(selected(near, pods).into_iter().filter(|_| side == "to"));
                }
            }
            let ports = rule["ports"].as_array().into_iter().flatten();
            for port in ports.filter(|port| port["port"].is_string()) {
                found.extend(without_port(&accepting, &port["port"]));
                if accepting.is_empty() {
                    found.push(format!("the port {} belongs to no pod", any(&port["port"])));
                }
            }
        }
    }
    found
}

fn target(reference: &Value, objects: &[Value]) -> Vec<String> {
    let workload = find(objects, text(&reference["kind"]), text(&reference["name"]));
    match workload {
        None => vec![format!("there is no {} {}", any(&reference["kind"]), any(&reference["name"]))],
        // Each deployment of the files would reset the number that the autoscaler chose.
        Some(workload) if workload["spec"].get("replicas").is_some() => {
            vec![format!("{} has a fixed number of replicas", any(&reference["name"]))]
        }
        Some(_) => Vec::new(),
    }
}

fn backend(reference: &Value, port: &str, objects: &[Value]) -> Vec<String> {
    let (name, wanted) = (text(&reference["name"]), reference.pointer(port).map(any).unwrap_or_default());
    if has_port(objects, name, &wanted) {
        Vec::new()
    } else {
        vec![format!("no Service {name} has the port {wanted}")]
    }
}

/// The account exists, the probes ask ports of the container, and the URLs of other services lead to Services.
fn deployment(pod: &Value, objects: &[Value]) -> Vec<String> {
    let mut found = Vec::new();
    let account = text(&pod["serviceAccountName"]);
    if account != "default" && find(objects, "ServiceAccount", account).is_none() {
        found.push(format!("there is no ServiceAccount {account}"));
    }
    for container in pod["containers"].as_array().into_iter().flatten() {
        let ports: Vec<String> =
            container["ports"].as_array().into_iter().flatten().map(|port| any(&port["name"])).collect();
        for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
            let asked = any(&container[probe]["httpGet"]["port"]);
            if !ports.contains(&asked) {
                found.push(format!("{probe}: there is no port {asked}"));
            }
        }
        for variable in container["env"].as_array().into_iter().flatten() {
            let (name, value) = (text(&variable["name"]), text(&variable["value"]));
            let peer = name.ends_with("_URL") && name != "PATCHBAY_PUBLIC_URL";
            let address = value.split_once("://").and_then(|(_, address)| address.split_once(':'));
            let reached = address.is_some_and(|(host, port)| has_port(objects, host, port));
            if peer && !reached {
                found.push(format!("{name}: no Service answers at {value}"));
            }
        }
    }
    found
}

/// Whether a Service has a port of this name or number.
fn has_port(objects: &[Value], service: &str, wanted: &str) -> bool {
    let ports = find(objects, "Service", service).and_then(|service| service["spec"]["ports"].as_array());
    ports.into_iter().flatten().any(|port| any(&port["name"]) == wanted || any(&port["port"]) == wanted)
}

fn find<'a>(objects: &'a [Value], kind: &str, name: &str) -> Option<&'a Value> {
    objects.iter().find(|object| text(&object["kind"]) == kind && text(&object["metadata"]["name"]) == name)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A port or another value that is a text or a number.
fn any(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn deployment(replicas: Option<u32>) -> Value {
        let container = json!({
            "ports": [{ "name": "http", "containerPort": 80 }],
            "env": [{ "name": "PATCHBAY_TRACKER_URL", "value": "http://web:80" }],
            "startupProbe": { "httpGet": { "port": "http" } },
            "readinessProbe": { "httpGet": { "port": "http" } },
            "livenessProbe": { "httpGet": { "port": "http" } },
        });
        let mut spec = json!({
            "template": {
                "metadata": { "labels": { "app": "web" } },
                "spec": { "serviceAccountName": "default", "containers": [container] },
            },
        });
        if let Some(replicas) = replicas {
            spec["replicas"] = json!(replicas);
        }
        json!({ "kind": "Deployment", "metadata": { "name": "web" }, "spec": spec })
    }

    fn object(kind: &str, spec: Value) -> Value {
        json!({ "kind": kind, "metadata": { "name": "web" }, "spec": spec })
    }

    fn service() -> Value {
        object(
            "Service",
            json!({ "selector": { "app": "web" }, "ports": [{ "name": "http", "port": 80, "targetPort": "http" }] }),
        )
    }

    #[test]
    fn references_that_lead_somewhere_are_accepted() {
        let policy = json!({
            "podSelector": { "matchLabels": { "app": "web" } },
            "ingress": [{ "ports": [{ "port": "http" }], "from": [{ "namespaceSelector": {} }] }],
            "egress": [{ "ports": [{ "port": "http" }], "to": [{ "podSelector": { "matchLabels": { "app": "web" } } }] }],
        });
        let scaler = json!({ "scaleTargetRef": { "kind": "Deployment", "name": "web" } });
        let objects = [
            deployment(None),
            service(),
            object("NetworkPolicy", policy),
            object("HorizontalPodAutoscaler", scaler),
        ];
        assert_eq!(violations(&objects).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn each_reference_that_leads_nowhere_is_reported() {
        let elsewhere = json!({ "matchLabels": { "app": "other" } });
        let path = json!({ "backend": { "service": { "name": "web", "port": { "name": "admin" } } } });
        let wrong = [
            ("Service", json!({ "selector": { "app": "other" }, "ports": [] }), "selects no pod"),
            (
                "Service",
                json!({ "selector": { "app": "web" }, "ports": [{ "targetPort": "grpc" }] }),
                "no port grpc",
            ),
            ("PodDisruptionBudget", json!({ "selector": elsewhere }), "selects no pod"),
            ("NetworkPolicy", json!({ "podSelector": elsewhere }), "selects no pod"),
            (
                "NetworkPolicy",
                json!({ "podSelector": { "matchLabels": { "app": "web" } }, "egress": [{ "ports": [{ "port": "grpc" }] }] }),
                "belongs to no pod",
            ),
            (
                "HorizontalPodAutoscaler",
                json!({ "scaleTargetRef": { "kind": "Deployment", "name": "x" } }),
                "there is no",
            ),
            ("Ingress", json!({ "rules": [{ "http": { "paths": [path] } }] }), "has the port admin"),
            (
                "HTTPRoute",
                json!({ "rules": [{ "backendRefs": [{ "name": "web", "port": 81 }] }] }),
                "has the port 81",
            ),
        ];
        for (kind, spec, expected) in wrong {
            let found = violations(&[deployment(None), service(), object(kind, spec)]).unwrap();
            assert!(found.iter().any(|problem| problem.contains(expected)), "{kind}: {found:?}");
        }
        let scaler = object(
            "HorizontalPodAutoscaler",
            json!({ "scaleTargetRef": { "kind": "Deployment", "name": "web" } }),
        );
        assert!(
            violations(&[deployment(Some(2)), service(), scaler]).unwrap()[0]
                .contains("fixed number of replicas")
        );
        assert!(violations(&[deployment(None)]).unwrap()[0].contains("no Service answers at http://web:80"));
    }
}
