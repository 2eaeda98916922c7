//! The shards as an Indexed Job of Kubernetes, with its settings, its files and a volume for the results.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::yaml::{comment, document, quoted};
use super::{FILES, Fleet, RESULTS, TOKEN, TOKEN_FILE, USER};
use crate::shell;

/// The Secret that holds the token, where no other is named.
pub(crate) const SECRET: &str = "trafficinator";

/// What Kubernetes lets a `ConfigMap` hold, names included.
const MOST_BYTES: usize = 1 << 20;

/// Where the Secret is in a container.
const SECRETS: &str = "/run/secrets/trafficinator";

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What only Kubernetes has to be told.
#[derive(Debug, Clone)]
pub(crate) struct Cluster {
    /// Of the Job; a label of a host name.
    pub(crate) name: String,
    pub(crate) secret: String,
    /// A claim that is there; without one it is made.
    pub(crate) results_claim: Option<String>,
}

/// The name of a Job that sends this run: what is no part of host names becomes a dash.
pub(crate) fn name_of(run_id: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let slug: String = run_id.chars().map(plain).collect();
    match slug.trim_matches('-') {
        "" => "trafficinator".to_owned(),
        slug => format!("trafficinator-{slug}"),
    }
}

/// The manifests. The error is a problem for people.
pub(crate) fn kubernetes(fleet: &Fleet, cluster: &Cluster) -> Result<String, String> {
    check_size(fleet)?;
    let mut out = head(fleet, cluster);
    out += &settings(fleet, cluster);
    if !fleet.files.is_empty() {
        out += &files(fleet, cluster);
    }
    if cluster.results_claim.is_none() {
        out += &claim(cluster);
    }
    out += &job(fleet, cluster);
    Ok(out)
}

/// A `ConfigMap` that is too large would be refused by the cluster, after everything before it was made.
fn check_size(fleet: &Fleet) -> Result<(), String> {
    let size = |file: &super::File| file.key.len() + file.content.len();
    let whole: usize = fleet.files.iter().map(size).sum();
    let Some(largest) = fleet.files.iter().max_by_key(|file| size(file)).filter(|_| whole > MOST_BYTES)
    else {
        return Ok(());
    };
    Err(format!(
        "{} {}: with it the files of this run have {whole} bytes, and a ConfigMap holds {MOST_BYTES} at most; shorten \
         it, or leave the setting out and name an image with --image that has the file in it and sets it (ENV \
         {}=...)",
        largest.variable,
        largest.path.display(),
        largest.variable,
    ))
}

fn head(fleet: &Fleet, cluster: &Cluster) -> String {
    let mut words = String::new();
    if cluster.name != name_of(fleet.run_id()) {
        let _ = write!(words, " --name {}", shell::quoted(&cluster.name));
    }
    if cluster.secret != SECRET {
        let _ = write!(words, " --secret {}", shell::quoted(&cluster.secret));
    }
    if let Some(claim) = &cluster.results_claim {
        let _ = write!(words, " --results-claim {}", shell::quoted(claim));
    }
    let (shards, start_at) = (fleet.wish.shards, fleet.wish.start_at);
    let mut text = format!(
        "One plan on {shards} machines, for Kubernetes 1.29 or newer. Made by\n\n  {}\n\n\
         The run starts at {start_at}. A pod that does not run by then is late, and what all send is void: look at the\n\
         pods before that, and emit again with a later --start-at where it will be too short. A run is sent once:\n\
         `create` refuses what is there, where `apply` would change it.\n\n",
        fleet.made_by("kubernetes", &words)
    );
    if !fleet.secrets.is_empty() {
        let from: String = fleet.secrets.iter().fold(String::new(), |mut from, name| {
            let _ = write!(from, " --from-file={name}=FILE");
            from
        });
        let secret = &cluster.secret;
        let _ =
            writeln!(text, "  kubectl create secret generic {secret}{from}   # once; a FILE holds a value");
    }
    let _ = write!(
        text,
        "  kubectl create -f FILE\n  kubectl get pods -l app.kubernetes.io/instance={}\n\n\
         How the results come out is in deploy/README.md.",
        cluster.name
    );
    comment(&text)
}

fn metadata(name: &str, cluster: &Cluster) -> String {
    format!("metadata:\n  name: {}\n  labels:\n{}", quoted(name), labels(cluster, 4))
}

fn labels(cluster: &Cluster, depth: usize) -> String {
    let labels = [("name", "trafficinator"), ("instance", &cluster.name), ("version", VERSION)];
    labels.iter().fold(String::new(), |mut out, (name, value)| {
        let _ = writeln!(out, "{:depth$}app.kubernetes.io/{name}: {}", "", quoted(value));
        out
    })
}

fn settings(fleet: &Fleet, cluster: &Cluster) -> String {
    let mut out = format!(
        "---\napiVersion: v1\nkind: ConfigMap\n{}# Pods that come later must not be told other things.\nimmutable: true\n\
         # Settings, as variables. Kubernetes passes them on as they are: here $(NAME) is a text and nothing else.\ndata:\n",
        metadata(&settings_name(cluster), cluster)
    );
    let told = [("TRAFFICINATOR_SHARDS", fleet.wish.shards.to_string())];
    for (name, value) in fleet.variables.iter().chain(&told) {
        let _ = writeln!(out, "  {name}: {}", quoted(value));
    }
    out
}

fn files(fleet: &Fleet, cluster: &Cluster) -> String {
    let (mut texts, mut bytes) = (String::new(), String::new());
    for file in &fleet.files {
        let key = quoted(&file.key);
        match std::str::from_utf8(&file.content) {
            Ok(text) => {
                let _ = write!(texts, "  {key}:{}", document(text, 2));
            }
            Err(_) => {
                let _ = writeln!(bytes, "  {key}: {}", BASE64_STANDARD.encode(&file.content));
            }
        }
    }
    let mut out = format!(
        "---\napiVersion: v1\nkind: ConfigMap\n{}immutable: true\n# The files that settings name.\n",
        metadata(&files_name(cluster), cluster)
    );
    for (key, entries) in [("data", texts), ("binaryData", bytes)] {
        if !entries.is_empty() {
            let _ = write!(out, "{key}:\n{entries}");
        }
    }
    out
}

fn claim(cluster: &Cluster) -> String {
    format!(
        "---\napiVersion: v1\nkind: PersistentVolumeClaim\n{}spec:\n  \
         # Pods on several nodes write to it. Not every storage class can do that: --results-claim takes a claim of yours.\n  \
         accessModes:\n    - ReadWriteMany\n  resources:\n    requests:\n      storage: 1Gi\n",
        metadata(&claim_name(cluster), cluster)
    )
}

fn job(fleet: &Fleet, cluster: &Cluster) -> String {
    let shards = fleet.wish.shards;
    let metadata = metadata(&cluster.name, cluster);
    let pod_labels = labels(cluster, 8);
    let instance = quoted(&cluster.name);
    let grace = fleet.grace.as_secs();
    let image = quoted(&fleet.wish.image);
    let settings = quoted(&settings_name(cluster));
    let claim = quoted(&claim_name(cluster));
    let mut env = String::new();
    if fleet.has_token() {
        let _ = write!(env, "            - name: {TOKEN_FILE}\n              value: {SECRETS}/{TOKEN}\n");
    }
    for name in fleet.secret_urls() {
        let _ = write!(
            env,
            "            - name: {name}\n              valueFrom:\n                secretKeyRef:\n                  \
             name: {}\n                  key: {name}\n",
            quoted(&cluster.secret)
        );
    }
    let mut ports = String::new();
    if let Some(port) = fleet.metrics_port {
        let _ = write!(
            ports,
            "          ports:\n            - name: metrics\n              containerPort: {port}\n"
        );
    }
    let (mut mounts, mut volumes) = (String::new(), String::new());
    let mut mount = |name: &str, path: &str, volume: &str| {
        let _ = write!(
            mounts,
            "            - name: {name}\n              mountPath: {path}\n              readOnly: true\n"
        );
        let _ = write!(volumes, "        - name: {name}\n{volume}");
    };
    if !fleet.files.is_empty() {
        let name = quoted(&files_name(cluster));
        mount("files", FILES, &format!("          configMap:\n            name: {name}\n"));
    }
    if fleet.has_token() {
        let volume = format!(
            "          secret:\n            secretName: {}\n            # Only the user of the pod may read it.\n            \
             defaultMode: 0440\n            items:\n              - key: {TOKEN}\n                path: {TOKEN}\n",
            quoted(&cluster.secret)
        );
        mount("secret", SECRETS, &volume);
    }
    format!(
        r#"---
apiVersion: batch/v1
kind: Job
{metadata}spec:
  # Every pod has a number, which is that of its shard, and all run at once: a shard that waited would be late.
  completionMode: Indexed
  completions: {shards}
  parallelism: {shards}
  # A shard that is started again sends its visits again, with the same ids. No pod gets a second try, and the others go
  # on: what they measured is worth reading, though the result says that a part is missing.
  backoffLimitPerIndex: 0
  # A pod that is being evicted still sends: nobody takes its place before it is over, and then it has failed.
  podReplacementPolicy: Failed
  template:
    metadata:
      labels:
{pod_labels}    spec:
      restartPolicy: Never
      # Longer than TRAFFICINATOR_GRACE, which open visits have to finish, so that the result is written.
      terminationGracePeriodSeconds: {grace}
      automountServiceAccountToken: false
      # Else a Service called matomo puts variables that begin with MATOMO_ beside the settings.
      enableServiceLinks: false
      securityContext:
        runAsNonRoot: true
        runAsUser: {USER}
        runAsGroup: {USER}
        # The volume of the results belongs to this group, so that the user may write there.
        fsGroup: {USER}
        fsGroupChangePolicy: OnRootMismatch
        seccompProfile:
          type: RuntimeDefault
      # One node more is one network more: where there are enough, no two shards share one.
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              app.kubernetes.io/instance: {instance}
      containers:
        - name: trafficinator
          image: {image}
          args:
            - run
            - --shard=auto
            - --summary-json={RESULTS}/shard-$(JOB_COMPLETION_INDEX).json
          envFrom:
            - configMapRef:
                name: {settings}
          env:
            # Kubernetes sets this one by itself, after all others. Named here, args can use it.
            - name: JOB_COMPLETION_INDEX
              valueFrom:
                fieldRef:
                  fieldPath: metadata.annotations['batch.kubernetes.io/job-completion-index']
{env}{ports}          # No probes. A target that cannot be reached is a finding, and no reason to end the pod that found it; nobody
          # is waiting for it to become ready.
          resources:
            requests:
              cpu: "1"
              memory: 128Mi
            # No limit of CPU time: a shard that is held back for a moment sends late, and its run is void.
            limits:
              memory: 512Mi
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop:
                - ALL
          volumeMounts:
            - name: results
              mountPath: {RESULTS}
{mounts}      volumes:
        - name: results
          persistentVolumeClaim:
            claimName: {claim}
{volumes}"#
    )
}

fn settings_name(cluster: &Cluster) -> String {
    format!("{}-settings", cluster.name)
}

fn files_name(cluster: &Cluster) -> String {
    format!("{}-files", cluster.name)
}

fn claim_name(cluster: &Cluster) -> String {
    cluster.results_claim.clone().unwrap_or_else(|| format!("{}-results", cluster.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_called_after_its_run() {
        for (run_id, name) in [
            ("3fa9c1d2", "trafficinator-3fa9c1d2"),
            ("Black_Friday.2", "trafficinator-black-friday-2"),
            ("-x-", "trafficinator-x"),
            ("...", "trafficinator"),
        ] {
            assert_eq!(name_of(run_id), name);
        }
    }
}
