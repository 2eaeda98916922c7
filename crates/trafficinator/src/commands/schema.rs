//! `schema`: prints the JSON schema of what the program writes.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::print;
use crate::cli::SchemaOf;
use crate::exit::Exit;
use crate::summary::{SCHEMA, Summary};

/// The `schema` command.
pub(super) fn schema(of: SchemaOf) -> anyhow::Result<Exit> {
    match of {
        SchemaOf::Result => print(&(serde_json::to_string_pretty(&result_schema())? + "\n"))?,
    }
    Ok(Exit::Ok)
}

/// The schema of a result file: JSON Schema, draft 2020-12. Fields that it does not name may come: they are to be
/// passed over.
fn result_schema() -> Value {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Summary>();
    let id = format!("urn:{}", SCHEMA.replace('/', ":"));
    schema.insert("$id".to_owned(), id.into());
    schema.insert("title".to_owned(), "Result of a Trafficinator run".into());
    schema.insert(
        "description".to_owned(),
        "What `trafficinator run --summary-json FILE` writes. Later versions add fields and never rename one: pass over \
         what you do not know."
            .into(),
    );
    if let Some(own) =
        schema.as_object_mut().and_then(|schema| schema.get_mut("properties")?.get_mut("schema"))
    {
        own["const"] = SCHEMA.into();
    }
    schema.into()
}

#[cfg(test)]
mod tests;
