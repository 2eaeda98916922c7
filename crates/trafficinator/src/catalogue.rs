//! Reads what a shop sells from a file that somebody wrote down: CSV with a header, or TOML.

pub(crate) mod money;
mod toml;

use std::path::Path;

use traffic::catalogue::{Catalogue, Product};

use money::parse_money;

/// What is wrong, and on which line where that helps.
pub(crate) type Problem = (Option<usize>, String);

/// A product with the line it begins on.
type Listed = (usize, Product);

/// Reads a catalogue. A file whose name ends in `.toml` is TOML, any other is CSV unless it begins like TOML. Every
/// problem is reported.
pub(crate) fn parse(path: &Path, text: &str) -> Result<Catalogue, Vec<Problem>> {
    let text = text.trim_start_matches('\u{feff}');
    let is_toml = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"))
        || text.lines().any(|line| line.trim() == "[[product]]");
    let listed = if is_toml { toml::read(text)? } else { read_csv(text)? };
    let lines: Vec<usize> = listed.iter().map(|(line, _)| *line).collect();
    Catalogue::new(listed.into_iter().map(|(_, product)| product).collect()).map_err(|problems| {
        let placed = |(at, message): (usize, String)| (lines.get(at.wrapping_sub(1)).copied(), message);
        problems.into_iter().map(placed).collect()
    })
}

/// Categories of a product, the widest first: `Shoes > Boots` or `Shoes|Boots`.
pub(crate) fn categories(text: &str) -> Vec<String> {
    text.split(['|', '>']).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// The columns of a CSV file that say something.
struct Columns {
    sku: usize,
    name: usize,
    category: usize,
    price: usize,
    /// How many there are.
    all: usize,
}

fn read_csv(text: &str) -> Result<Vec<Listed>, Vec<Problem>> {
    let head = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let delimiter =
        [b',', b';', b'\t'].into_iter().find(|sign| head.as_bytes().contains(sign)).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut columns: Option<Columns> = None;
    let (mut products, mut problems) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map(|position| position.line() as usize);
                problems.push((line, error.to_string()));
                break;
            }
        };
        let line = record.position().map_or(1, |position| position.line() as usize);
        let Some(columns) = &columns else {
            columns = Some(read_header(&record).map_err(|message| vec![(Some(line), message)])?);
            continue;
        };
        if record.len() != columns.all {
            let message = format!(
                "{} fields where the header has {}; put quotes around a text with {:?} in it",
                record.len(),
                columns.all,
                char::from(delimiter)
            );
            problems.push((Some(line), message));
            continue;
        }
        match parse_money(&record[columns.price]) {
            Err(message) => problems.push((Some(line), format!("price {message}"))),
            Ok(price) => products.push((
                line,
                Product {
                    sku: record[columns.sku].to_owned(),
                    name: record[columns.name].to_owned(),
                    categories: categories(&record[columns.category]),
                    price,
                },
            )),
        }
    }
    if columns.is_none() {
        problems.push((
            None,
            "it is empty; give a header sku,name,category,price and a product a line".to_owned(),
        ));
    } else if products.is_empty() && problems.is_empty() {
        problems.push((None, "it has a header and no product; give one a line".to_owned()));
    }
    if problems.is_empty() { Ok(products) } else { Err(problems) }
}

/// Finds the columns that are needed; a shop's export may have any others besides.
fn read_header(header: &csv::StringRecord) -> Result<Columns, String> {
    let named = |names: &[&str]| {
        let mut found =
            (0..).zip(header).filter(|(_, name)| names.iter().any(|one| name.eq_ignore_ascii_case(one)));
        match (found.next(), found.next()) {
            (Some((index, _)), None) => Ok(index),
            (None, _) => Err(format!(
                "the header has no {}; it is {:?}, give sku,name,category,price",
                names[0],
                header.iter().collect::<Vec<_>>().join(",")
            )),
            _ => Err(format!("the header has {} twice; give each column once", names[0])),
        }
    };
    Ok(Columns {
        sku: named(&["sku"])?,
        name: named(&["name"])?,
        category: named(&["category", "categories"])?,
        price: named(&["price"])?,
        all: header.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use traffic::ledger::Cents;

    fn csv(text: &str) -> Result<Catalogue, Vec<Problem>> {
        parse(Path::new("shop.csv"), text)
    }

    fn product(sku: &str, name: &str, categories: &[&str], cents: u64) -> Product {
        Product {
            sku: sku.to_owned(),
            name: name.to_owned(),
            categories: categories.iter().map(|name| (*name).to_owned()).collect(),
            price: Cents(cents),
        }
    }

    #[test]
    fn csv_and_toml_say_the_same() {
        let expected = [
            product("B-1", "Boots, \"high\"", &["Shoes", "Boots"], 8_990),
            product("H-2", "Hat", &["Hats"], 1_900),
        ];
        let rows = "SKU, name ,Category,price,image\n\
                    B-1,\"Boots, \"\"high\"\"\",Shoes > Boots,89.90,x.jpg\n\
                    \n\
                    H-2,Hat,Hats,19,\n";
        assert_eq!(csv(rows).unwrap().products(), expected);
        let german = "\u{feff}sku;name;category;price\r\nB-1;\"Boots, \"\"high\"\"\";Shoes|Boots;89.9\r\nH-2;Hat;Hats;19.00\r\n";
        assert_eq!(csv(german).unwrap().products(), expected);
        let table = "[[product]]\nsku = \"B-1\"\nname = 'Boots, \"high\"'\ncategories = [\"Shoes\", \"Boots\"]\nprice = 89.90\n\
                     [[product]]\nsku = \"H-2\"\nname = \"Hat\"\ncategory = \"Hats\"\nprice = \"19\"\n";
        for path in ["shop.toml", "shop.txt"] {
            assert_eq!(parse(Path::new(path), table).unwrap().products(), expected);
        }
    }

    #[test]
    fn every_problem_of_a_csv_file_is_told_with_its_line() {
        let problems = csv("sku,name,category,price\n\
                            A,One,Things,1.999\n\
                            B,Two,Things\n\
                            C,\"Three\nand more\",Things,free\n\
                            D,Four,Things,\"19,90\"\n")
        .unwrap_err();
        let lines: Vec<Option<usize>> = problems.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [Some(2), Some(3), Some(4), Some(6)], "{problems:?}");
        for ((_, message), word) in problems.iter().zip(["two decimals", "3 fields", "\"free\"", "point"]) {
            assert!(message.contains(word), "{message}");
        }
        let problems = csv("sku,name,category,price\nA,One,Things,1\nA,Two,,0\n").unwrap_err();
        assert_eq!(problems.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [Some(3); 3], "{problems:?}");
    }

    #[test]
    fn a_file_without_products_is_told() {
        for (text, word) in [
            ("", "empty"),
            ("sku,name,category,price\n", "no product"),
            ("sku,name,price\nA,One,1\n", "no category"),
            ("sku,name,category,price,price\nA,One,T,1,1\n", "price twice"),
            ("<html>", "no sku"),
        ] {
            let problems = csv(text).unwrap_err();
            assert!(problems.len() == 1 && problems[0].1.contains(word), "{problems:?}");
        }
    }

    #[test]
    fn every_problem_of_a_toml_file_is_told_with_its_line() {
        let text = "[[product]]\nsku = \"A\"\nname = \"One\"\nprice = 1.999\n\n\
                    [[product]]\nsku = 7\nname = \"Two\"\ncategory = \"T\"\nprice = -1\ncolour = \"red\"\n\
                    [[products]]\nsku = \"C\"\n";
        let problems = parse(Path::new("a.toml"), text).unwrap_err();
        let told: Vec<String> =
            problems.iter().map(|(line, message)| format!("{} {message}", line.unwrap_or(0))).collect();
        for word in ["1 product has no category", "4 price", "7 sku", "10 price", "11 colour", "12 products"]
        {
            assert!(told.iter().any(|line| line.starts_with(word)), "{word}: {told:#?}");
        }
        assert_eq!(parse(Path::new("a.toml"), "x = [").unwrap_err()[0].0, Some(1));
        assert!(parse(Path::new("a.toml"), "").unwrap_err()[0].1.contains("[[product]]"));
    }
}
