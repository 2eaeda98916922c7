//! The built-in catalogues, for sites whose pages show no products: a shop's, a magazine's, a software service's.

use crate::catalogue::Product;
use crate::ledger::Cents;
use crate::profile::BuiltInSite;

/// Number, name, category, price in cents.
type Row = (&'static str, &'static str, &'static str, u64);

/// Everything that a kind of site sells.
pub(super) fn of(site: BuiltInSite) -> Vec<Product> {
    match site {
        BuiltInSite::Shop => {
            const COLOURS: [(&str, &str); 5] =
                [("BK", "Black"), ("BL", "Blue"), ("GR", "Green"), ("RD", "Red"), ("NA", "Natural")];
            let coloured = |row: &Row| {
                let (sku, name, category, cents) = *row;
                COLOURS.map(|(code, colour)| {
                    product(&format!("{sku}-{code}"), &format!("{name} {colour}"), category, cents)
                })
            };
            THINGS.iter().flat_map(coloured).collect()
        }
        BuiltInSite::Magazine => READING.iter().map(plain).collect(),
        BuiltInSite::Software => plans().chain(EXTRAS.iter().map(plain)).collect(),
    }
}

fn plain((sku, name, category, cents): &Row) -> Product {
    product(sku, name, category, *cents)
}

fn product(sku: &str, name: &str, category: &str, cents: u64) -> Product {
    Product {
        sku: sku.to_owned(),
        name: name.to_owned(),
        categories: vec![category.to_owned()],
        price: Cents(cents),
    }
}

/// Plans by the seat: a year costs as much as ten months.
fn plans() -> impl Iterator<Item = Product> {
    let plans = [("ST", "Starter", 500_u64), ("TM", "Team", 900), ("BS", "Business", 1_600)];
    let terms = [("M", "monthly", "Monthly Plans", 1_u64), ("Y", "yearly", "Yearly Plans", 10)];
    plans.into_iter().flat_map(move |(code, plan, cents)| {
        terms.into_iter().flat_map(move |(letter, term, category, months)| {
            [3_u64, 5, 10, 25].into_iter().map(move |seats| {
                let sku = format!("{code}-{letter}-{seats:02}");
                product(&sku, &format!("{plan}, {seats} seats, {term}"), category, cents * months * seats)
            })
        })
    })
}

#[rustfmt::skip]
const THINGS: [Row; 24] = [
    ("WJ-1001", "Rain Jacket Mist", "Jackets", 8_990),
    ("WJ-1002", "Down Jacket Fjord", "Jackets", 15_990),
    ("WJ-1003", "Softshell Ridge", "Jackets", 7_490),
    ("WJ-1004", "Windbreaker Breeze", "Jackets", 4_990),
    ("TS-2001", "Organic T-Shirt", "Shirts", 1_990),
    ("TS-2002", "Striped Longsleeve", "Shirts", 2_990),
    ("TS-2003", "Linen Shirt", "Shirts", 3_990),
    ("TS-2004", "Flannel Shirt", "Shirts", 4_490),
    ("SH-3001", "Trail Runner", "Shoes", 9_990),
    ("SH-3002", "City Sneaker", "Shoes", 7_990),
    ("SH-3003", "Hiking Boot", "Shoes", 13_990),
    ("SH-3004", "Summer Sandal", "Shoes", 3_490),
    ("AC-4001", "Wool Beanie", "Accessories", 1_490),
    ("AC-4002", "Merino Socks", "Accessories", 990),
    ("AC-4003", "Leather Belt", "Accessories", 2_490),
    ("AC-4004", "Day Pack 20 l", "Accessories", 5_990),
    ("HO-5001", "Enamel Mug", "Home", 1_290),
    ("HO-5002", "Throw Blanket", "Home", 3_990),
    ("HO-5003", "Cushion Cover", "Home", 1_790),
    ("HO-5004", "Table Lamp", "Home", 6_490),
    ("OU-6001", "Insulated Bottle", "Outdoor", 2_690),
    ("OU-6002", "Head Torch", "Outdoor", 3_290),
    ("OU-6003", "Camping Stove", "Outdoor", 5_490),
    ("OU-6004", "Sleeping Mat", "Outdoor", 6_990),
];

#[rustfmt::skip]
const READING: [Row; 58] = [
    ("SUB-D-01", "Digital, one month", "Subscriptions", 990),
    ("SUB-D-03", "Digital, three months", "Subscriptions", 2_490),
    ("SUB-D-12", "Digital, one year", "Subscriptions", 8_900),
    ("SUB-P-03", "Print, three months", "Subscriptions", 3_600),
    ("SUB-P-12", "Print, one year", "Subscriptions", 13_200),
    ("SUB-B-03", "Print and digital, three months", "Subscriptions", 4_200),
    ("SUB-B-12", "Print and digital, one year", "Subscriptions", 15_600),
    ("SUB-S-12", "Students, one year", "Subscriptions", 4_900),
    ("GIFT-D-03", "Gift: digital, three months", "Gift Subscriptions", 2_490),
    ("GIFT-D-12", "Gift: digital, one year", "Gift Subscriptions", 8_900),
    ("GIFT-P-03", "Gift: print, three months", "Gift Subscriptions", 3_600),
    ("GIFT-P-12", "Gift: print, one year", "Gift Subscriptions", 13_200),
    ("GIFT-B-12", "Gift: print and digital, one year", "Gift Subscriptions", 15_600),
    ("BK-101", "Night Trains of Europe", "Books", 3_200),
    ("BK-102", "The Bread Year", "Books", 2_800),
    ("BK-103", "Small Islands", "Books", 2_600),
    ("BK-104", "A Field Guide to Lichens", "Books", 2_200),
    ("BK-105", "Market Halls", "Books", 3_800),
    ("BK-106", "The Long Reads, Volume One", "Books", 1_900),
    ("BK-107", "The Long Reads, Volume Two", "Books", 1_900),
    ("BK-108", "Queueing, Explained", "Books", 1_650),
    ("BK-109", "Rain Gardens", "Books", 2_450),
    ("BK-110", "Lighthouse Keepers", "Books", 2_950),
    ("BK-111", "Repair Everything", "Books", 2_150),
    ("BK-112", "The Four-Day Week", "Books", 1_750),
    ("BK-113", "Mountain Huts", "Books", 3_400),
    ("BK-114", "Letters to the Editor", "Books", 1_450),
    ("BK-115", "Slow Fashion", "Books", 2_350),
    ("BK-116", "Old Maps, New Cities", "Books", 3_900),
    ("CR-201", "Writing for Radio", "Courses", 7_900),
    ("CR-202", "Photographing Streets", "Courses", 8_900),
    ("CR-203", "Sourdough in Six Weeks", "Courses", 5_900),
    ("CR-204", "Reading Statistics", "Courses", 6_900),
    ("CR-205", "Interviewing People", "Courses", 7_900),
    ("CR-206", "Drawing Maps", "Courses", 9_900),
    ("CR-207", "Podcasts from Home", "Courses", 8_900),
    ("CR-208", "Growing on a Balcony", "Courses", 4_900),
    ("PR-301", "Poster: Night Lines", "Prints", 2_900),
    ("PR-302", "Poster: Tides", "Prints", 2_900),
    ("PR-303", "Poster: One Hundred Birds", "Prints", 3_400),
    ("PR-304", "Poster: Sea Chart", "Prints", 3_900),
    ("PR-305", "Print: The Last Kiosk", "Prints", 5_900),
    ("PR-306", "Print: Harbour at Six", "Prints", 5_900),
    ("PR-307", "Print: Glacier, 1984 and 2024", "Prints", 6_900),
    ("PR-308", "Calendar: Moss", "Prints", 2_400),
    ("PR-309", "Calendar: Trams", "Prints", 2_400),
    ("PR-310", "Postcards, set of ten", "Prints", 1_200),
    ("TK-401", "Ticket: Reading Night", "Events", 1_800),
    ("TK-402", "Ticket: The Big Quiz", "Events", 1_500),
    ("TK-403", "Ticket: Podcast, Live", "Events", 2_400),
    ("TK-404", "Ticket: Walk with the Editors", "Events", 2_000),
    ("TK-405", "Ticket: Climate Day", "Events", 4_500),
    ("TK-406", "Ticket: Summer Festival", "Events", 6_500),
    ("TK-407", "Ticket: Night Train to Malm\u{f6}", "Events", 14_900),
    ("TK-408", "Ticket: Print Workshop", "Events", 5_500),
    ("AC-501", "Tote Bag", "Accessories", 1_600),
    ("AC-502", "Reading Lamp", "Accessories", 4_400),
    ("AC-503", "Notebook, dotted", "Accessories", 1_350),
];

#[rustfmt::skip]
const EXTRAS: [Row; 32] = [
    ("AD-01", "Time Tracking", "Add-ons", 2_500),
    ("AD-02", "Guest Access", "Add-ons", 1_900),
    ("AD-03", "Advanced Reports", "Add-ons", 3_500),
    ("AD-04", "Single Sign-On", "Add-ons", 4_900),
    ("AD-05", "Audit Log", "Add-ons", 3_900),
    ("AD-06", "Extra Storage 100 GB", "Add-ons", 1_500),
    ("AD-07", "Extra Storage 1 TB", "Add-ons", 7_900),
    ("AD-08", "Automation Pack", "Add-ons", 2_900),
    ("AD-09", "Custom Domain", "Add-ons", 1_900),
    ("AD-10", "Data Residency", "Add-ons", 9_900),
    ("SU-01", "Standard Support, one month", "Support", 4_900),
    ("SU-02", "Priority Support, one month", "Support", 14_900),
    ("SU-03", "Onboarding Call", "Support", 9_900),
    ("SU-04", "Data Import by Us", "Support", 24_900),
    ("TR-01", "Course: First Steps", "Training", 4_900),
    ("TR-02", "Course: Boards and Timelines", "Training", 7_900),
    ("TR-03", "Course: Automations", "Training", 9_900),
    ("TR-04", "Course: Reporting", "Training", 7_900),
    ("TR-05", "Course: Administration", "Training", 12_900),
    ("TR-06", "Course: The API", "Training", 14_900),
    ("TR-07", "Workshop for a Team", "Training", 89_000),
    ("TR-08", "Train the Trainer", "Training", 49_000),
    ("CE-01", "Certified User", "Certification", 9_900),
    ("CE-02", "Certified Administrator", "Certification", 14_900),
    ("CE-03", "Certified Developer", "Certification", 19_900),
    ("CE-04", "Certificate Renewal", "Certification", 4_900),
    ("TP-01", "Templates: Agencies", "Templates", 1_900),
    ("TP-02", "Templates: Events", "Templates", 1_900),
    ("TP-03", "Templates: Construction", "Templates", 2_900),
    ("TP-04", "Templates: Universities", "Templates", 1_900),
    ("TP-05", "Templates: Product Teams", "Templates", 2_900),
    ("TP-06", "Templates: All of Them", "Templates", 5_900),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn every_built_in_catalogue_has_fifty_products_in_five_categories() {
        for site in [BuiltInSite::Shop, BuiltInSite::Magazine, BuiltInSite::Software] {
            let catalogue = Catalogue::new(of(site)).unwrap();
            let categories: BTreeSet<&String> =
                catalogue.products().iter().flat_map(|product| &product.categories).collect();
            assert!(catalogue.len() >= 50 && categories.len() >= 5, "{site:?}");
        }
    }
}
