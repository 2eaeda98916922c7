//! The shards as services of docker-compose on one host.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::yaml::{comment, quoted};
use super::{FILES, Fleet, RESULTS, TOKEN_FILE, USER};

/// Where the token is on this host, where it was not given as a file.
const TOKEN_HERE: &str = "./matomo_token";

/// What only compose has to be told.
#[derive(Debug, Clone)]
pub(crate) struct Host {
    /// The file that holds the token.
    pub(crate) token_file: Option<PathBuf>,
}

/// The compose file.
pub(crate) fn compose(fleet: &Fleet, host: &Host) -> String {
    let mut out = head(fleet, host);
    out += &shard(fleet);
    out += "services:\n";
    let shards = fleet.wish.shards;
    for number in 0..shards {
        let _ = write!(
            out,
            "  shard-{number}:\n    <<: *shard\n    command: [run, --shard={number}/{shards}, \
             --summary-json={RESULTS}/shard-{number}.json]\n"
        );
    }
    out += &merge(fleet);
    // The volume keeps its owner from the image.
    out += "volumes:\n  results: {}\n";
    if fleet.has_token() {
        let file =
            host.token_file.as_ref().map_or_else(|| TOKEN_HERE.to_owned(), |file| file.display().to_string());
        let _ = write!(out, "secrets:\n  matomo_token:\n    file: {}\n", literal(&file));
    }
    out
}

/// A text that compose takes as it is: it would put variables in the place of `$NAME`.
fn literal(text: &str) -> String {
    quoted(&text.replace('$', "$$"))
}

fn head(fleet: &Fleet, host: &Host) -> String {
    let (shards, start_at) = (fleet.wish.shards, fleet.wish.start_at);
    let mut text = format!(
        "One plan in {shards} containers of one host, for docker-compose 1.29 or Compose v2. Made by\n\n  {}\n\n\
         The run starts at {start_at}. A container that does not run by then is late, and what all send is void. A run is\n\
         sent once: emit again for another one.\n\n",
        fleet.made_by("compose", "")
    );
    if fleet.has_token() && host.token_file.is_none() {
        let _ = writeln!(text, "  (umask 022 && cat > {TOKEN_HERE})      # paste the token, Enter, Ctrl-D");
    }
    for name in fleet.secret_urls() {
        let _ = writeln!(text, "  export {name}=...      # with its password, which is not in this file");
    }
    text += "  docker-compose -f FILE up\n  docker-compose -f FILE --profile merge run --rm merge\n  \
             docker cp \"$(docker-compose -f FILE ps -aq shard-0)\":/data/run.json .\n  \
             docker-compose -f FILE down --volumes      # when nothing of it is needed any more";
    comment(&text)
}

fn shard(fleet: &Fleet) -> String {
    let mut out = format!(
        "x-shard: &shard\n  image: {}\n  user: \"{USER}:{USER}\"\n  read_only: true\n  cap_drop: [ALL]\n  \
         security_opt: [\"no-new-privileges:true\"]\n  \
         # A shard that is started again sends its visits again, with the same ids.\n  restart: \"no\"\n  \
         # Longer than TRAFFICINATOR_GRACE, which open visits have to finish, so that the result is written.\n  \
         stop_grace_period: {}s\n  environment:\n",
        literal(&fleet.wish.image),
        fleet.grace.as_secs()
    );
    for (name, value) in &fleet.variables {
        let _ = writeln!(out, "    {name}: {}", literal(value));
    }
    for name in fleet.secret_urls() {
        let _ = writeln!(out, "    {name}: ${{{name}:?set it to the URL with its password}}");
    }
    if fleet.has_token() {
        let _ = writeln!(out, "    {TOKEN_FILE}: /run/secrets/matomo_token\n  secrets: [matomo_token]");
    }
    let _ = write!(out, "  volumes:\n    - results:{RESULTS}\n");
    if !fleet.files.is_empty() {
        let _ = writeln!(out, "    # User {USER} has to be able to read these.");
    }
    for file in &fleet.files {
        let _ = write!(
            out,
            "    - type: bind\n      source: {}\n      target: {}\n      read_only: true\n",
            literal(&file.path.display().to_string()),
            literal(&format!("{FILES}/{}", file.key)),
        );
    }
    out
}

fn merge(fleet: &Fleet) -> String {
    let mut out = String::from(
        "  # One result of all: no container of the run, hence the profile.\n  merge:\n    <<: *shard\n    \
         profiles: [merge]\n    environment: {}\n    secrets: []\n    healthcheck:\n      disable: true\n    command:\n      \
         - merge\n",
    );
    for number in 0..fleet.wish.shards {
        let _ = writeln!(out, "      - {RESULTS}/shard-{number}.json");
    }
    let _ = writeln!(out, "      - --output={RESULTS}/run.json");
    out
}
