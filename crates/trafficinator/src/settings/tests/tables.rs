//! What a scenario file declares in tables.

use traffic::dimension::{ActionValues, Values, VisitValues};
use traffic::goal::Trigger;
use traffic::ledger::Cents;
use traffic::site::PageKind;

use super::{Given, loaded, problems, settings};
use crate::settings::tables::Tables;

fn tables(scenario: &str) -> Tables {
    settings(&Given { scenario: Some(scenario), ..Given::default() }).tables
}

fn refused(scenario: &str) -> String {
    problems(&Given { scenario: Some(scenario), ..Given::default() })
}

const SITE: &str = "concurrency = 7\n[site]\nurl = 'https://shop.test'\n\
    [[site.page]]\nurl = '/'\ntitle = 'Home'\nweight = 5\nlinks = ['/boots', 'https://shop.test/find']\n\
    [[site.page]]\nurl = '/boots'\nkind = 'item'\nproducts = ['B-1']\ndownloads = ['/size.pdf']\n\
    outlinks = ['https://partner.example/x']\n\
    [[site.page]]\nurl = '/find'\nsearch = true\n\
    [[site.page]]\nurl = 'https://shop.test/read'\nkind = 'article'\n";

#[test]
fn pages_become_the_site_beside_the_flat_keys() {
    let all = settings(&Given { scenario: Some(SITE), ..Given::default() });
    assert_eq!(all.load.concurrency, 7);
    assert_eq!(all.tables.pages, [4, 9, 15, 18]);
    let site = all.tables.site.expect("a site");
    let urls: Vec<&str> = site.pages().map(|page| page.url.raw()).collect();
    assert_eq!(
        urls,
        ["https://shop.test/", "https://shop.test/boots", "https://shop.test/find", "https://shop.test/read"]
    );
    let kinds: Vec<PageKind> = site.pages().map(|page| page.kind).collect();
    assert_eq!(kinds, [PageKind::Home, PageKind::Item, PageKind::Search, PageKind::Article]);
    assert_eq!(site.page(1).products, ["B-1"]);
    assert_eq!(site.page(1).downloads[0].raw(), "https://shop.test/size.pdf");
    assert_eq!(site.page(1).outlinks[0].raw(), "https://partner.example/x");
    assert_eq!(site.landmarks().search, Some(2));
}

#[test]
fn every_kind_of_page_has_its_name() {
    for (kind, name) in PageKind::ALL {
        let site = tables(&format!("[[site.page]]\nurl = 'https://shop.test/'\nkind = '{name}'\n")).site;
        assert_eq!(site.expect("a site").page(0).kind, kind);
    }
}

#[test]
fn everything_wrong_with_pages_is_told_at_once() {
    let message = refused(
        "[site]\ncolour = 'x'\n\n\
         [[site.page]]\nurl = 'https://shop.test/'\nkind = 'secton'\nweight = -1\n\
         [[site.page]]\ntitle = 5\n\
         [[site.page]]\nurl = '/boots'\nlnks = []\n\
         [[site.page]]\nurl = 'https://shop.test/a'\nkind = 'item'\nsearch = true\nlinks = 'x'\n\
         [[site.page]]\nurl = 'https://shop.test/'\nproducts = ['', 5]\n",
    );
    for expected in [
        "site.colour (evening.toml:2): no such key; give some of page, url\n",
        "site.page.kind (evening.toml:6): \"secton\" is not accepted; did you mean section? give one of home,",
        "site.page.weight (evening.toml:7): \"-1\" is not accepted; give a number from 0",
        "site.page (evening.toml:8): has no url; give one",
        "site.page.title (evening.toml:9): \"5\" is not accepted; give a text in quotes",
        "site.page.url (evening.toml:11): \"/boots\" is relative and it is not said to what",
        "site.page.lnks (evening.toml:12): no such key; did you mean links?",
        "site.page (evening.toml:13): has search = true and another kind",
        "site.page.links (evening.toml:17): \"x\" is not accepted; give a list of texts",
        "site.page.url (evening.toml:19): https://shop.test/ is already on line 5",
        "site.page.products (evening.toml:20): \"\" is not accepted; give a list of texts",
        "site.page.products (evening.toml:20): \"5\" is not accepted; give a list of texts",
    ] {
        assert!(message.contains(expected), "{expected} is not in\n{message}");
    }
    assert_eq!(message.lines().count(), 12, "{message}");
}

#[test]
fn a_wrong_base_is_told_once_however_many_pages_are_relative_to_it() {
    let message =
        refused("[site]\nurl = 'shop'\n[[site.page]]\nurl = '/'\n[[site.page]]\nurl = '/a'\nlinks = ['/']\n");
    assert!(message.starts_with("site.url (evening.toml:2): \"shop\" is not accepted; give an absolute URL"));
    assert_eq!(message.lines().count(), 1, "{message}");
}

#[test]
fn a_link_to_nowhere_and_a_page_matomo_would_not_take_are_told_with_the_line_of_their_page() {
    let message = refused(
        "[site]\nurl = 'https://shop.test'\n[[site.page]]\nurl = '/'\nlinks = ['/gone']\n\
         [[site.page]]\nurl = 'https://user:word@shop.test/'\n",
    );
    assert!(message.contains("site.page (evening.toml:3): links: \"https://shop.test/gone\""), "{message}");
    assert!(message.contains("site.page (evening.toml:6): the URL holds a user name"), "{message}");
    assert!(!message.contains("user:word"), "{message}");
}

#[test]
fn a_site_without_pages_and_pages_that_are_no_tables_are_told() {
    assert!(refused("[site]\nurl = 'https://h'\n").contains("site (evening.toml:1): has no pages"));
    assert!(refused("site = 'https://h'\n").contains("site (evening.toml:1): is not accepted; give pages"));
    assert!(refused("[site]\npage = [5]\n").contains("site.page (evening.toml:2): is not accepted"));
    assert!(
        refused("goal = 5\n").contains("goal (evening.toml:1): is not accepted; give tables, each under")
    );
}

#[test]
fn pages_and_a_list_of_them_go_together_only_at_different_levels() {
    let message = refused(&format!("urls_file = 'pages.txt'\n{SITE}"));
    assert_eq!(
        message,
        "site.page (evening.toml:5): cannot go with urls_file (evening.toml:1): both give the pages of the site; \
         give one of them"
    );
    let by_flag =
        loaded(&Given { flags: &[("URLS_FILE", "pages.txt")], scenario: Some(SITE), ..Given::default() });
    assert!(by_flag.settings.tables.site.is_none());
    let said = by_flag.warnings.iter().any(|warning| {
        warning
            == "site.page (evening.toml:4) not used: both give the pages of the site, and --urls-file wins"
    });
    assert!(said, "{:?}", by_flag.warnings);
}

#[test]
fn products_become_a_catalogue() {
    let all = tables(
        "[[product]]\nsku = 'B-1'\nname = 'Boots'\ncategory = 'Shoes'\nprice = 89.90\n\
         [[product]]\nsku = 'L-1'\nname = 'Laces'\ncategories = ['Shoes', 'Care']\nprice = 3\n",
    );
    assert_eq!(all.products, [1, 6]);
    let catalogue = all.catalogue.expect("a catalogue");
    let prices: Vec<Cents> = catalogue.products().iter().map(|product| product.price).collect();
    assert_eq!(prices, [Cents(8_990), Cents(300)]);
    assert_eq!(catalogue.products()[1].categories, ["Shoes", "Care"]);
    assert_eq!(catalogue.products()[0].categories, ["Shoes"]);
}

#[test]
fn a_scenario_reads_products_as_a_catalogue_file_does() {
    let all = tables("[[product]]\nsku = 'B-1'\nname = 'Boots'\ncategory = 'Shoes > Boots'\nprice = 89.9\n");
    assert_eq!(all.catalogue.expect("a catalogue").products()[0].categories, ["Shoes", "Boots"]);
    let message = refused("[[product]]\nsku = 'B-1'\nname = 'Boots'\ncategory = 'Shoes'\nprice = 19.999\n");
    assert_eq!(
        message,
        "product.price (evening.toml:5): \"19.999\" is not accepted: money has two decimals at most; give an amount such \
         as 19.90"
    );
}

#[test]
fn everything_wrong_with_products_is_told_at_once() {
    let long = "x".repeat(201);
    let message = refused(&format!(
        "[[product]]\nname = 'Boots'\ncategory = 'a'\ncategories = ['a']\nprice = 'cheap'\n\
         [[product]]\nsku = 'B'\nname = 'Boots'\nprice = 0\ncolour = 'red'\n\
         [[product]]\nsku = 'C'\nname = '{long}'\ncategory = 'a'\nprice = 1\n\
         [[product]]\nsku = 'C'\nname = 'c'\ncategory = 'a'\nprice = 1\n"
    ));
    for expected in [
        "product (evening.toml:1): has no sku; give one, such as sku = \"B-1\"",
        "product (evening.toml:1): has a category and categories; give one of them",
        "product.price (evening.toml:5): \"cheap\" is not accepted; give an amount from 0.01 to 1000000",
        "product (evening.toml:6): has no category; give one",
        "product.price (evening.toml:9): \"0\" is not accepted",
        "product.colour (evening.toml:10): no such key; give some of",
        "product (evening.toml:11): name \"xxx",
        "product.sku (evening.toml:17): \"C\" is already on line 12",
    ] {
        assert!(message.contains(expected), "{expected} is not in\n{message}");
    }
    assert_eq!(message.lines().count(), 8, "{message}");
}

#[test]
fn goals_are_those_of_the_tables() {
    let all = tables(
        "[[goal]]\nid = 1\nmanual = 0.03\nrevenue = 2.5\n[[goal]]\nid = 2\nurl_contains = 'thank-you'\nrepeats = true\n\
         [[goal]]\nid = 30\nevent_action = 'play'\n",
    );
    let goals: Vec<_> =
        all.goals.iter().map(|(line, goal)| (*line, goal.id, goal.revenue, goal.repeats)).collect();
    assert_eq!(goals, [(1, 1, Cents(250), false), (5, 2, Cents(0), true), (9, 30, Cents(0), false)]);
    let triggers: Vec<&Trigger> = all.goals.iter().map(|(_, goal)| &goal.trigger).collect();
    assert!(matches!(triggers[0], Trigger::Manual(share) if (share.get() - 0.03).abs() < 1e-12));
    assert_eq!(triggers[1], &Trigger::UrlContains("thank-you".to_owned()));
    assert_eq!(triggers[2], &Trigger::EventAction("play".to_owned()));
}

#[test]
fn everything_wrong_with_goals_is_told_at_once() {
    let message = refused(
        "[[goal]]\nid = 0\nmanual = 1.5\n[[goal]]\nid = 1\n[[goal]]\nid = 1\nmanual = 0.1\nevent_action = 'x'\n\
         [[goal]]\nurl_contains = ''\nrevenue = -1\nrepeats = 'often'\n[[goal]]\nid = 9\nmanual = 0\n\
         [[goal]]\nid = 9\nmanual = 0\n[[goal]]\nid = '5'\nname = 'x'\nmanual = nan\n",
    );
    for expected in [
        "goal.id (evening.toml:2): \"0\" is not accepted; give a whole number from 1 to 4294967295",
        "goal.manual (evening.toml:3): \"1.5\" is not accepted; give the share of visits that convert, from 0 to 1",
        "goal (evening.toml:4): needs exactly one of manual",
        "goal (evening.toml:6): needs exactly one of manual",
        "goal (evening.toml:10): has no id; give one",
        "goal.url_contains (evening.toml:11): \"\" is not accepted; give a text that is not blank",
        "goal.revenue (evening.toml:12): \"-1\" is not accepted; give an amount from 0",
        "goal.repeats (evening.toml:13): \"often\" is not accepted; give true or false",
        "goal.id (evening.toml:18): 9 is already on line 15; give each goal once",
        "goal.id (evening.toml:21): \"5\" is not accepted",
        "goal.name (evening.toml:22): no such key",
        "goal.manual (evening.toml:23): \"nan\" is not accepted",
    ] {
        assert!(message.contains(expected), "{expected} is not in\n{message}");
    }
    assert_eq!(message.lines().count(), 12, "{message}");
}

#[test]
fn dimensions_hold_what_the_tables_say() {
    let all = tables(
        "[[dimension]]\nid = 1\nscope = 'visit'\nvalues = 'customer_type'\n\
         [[dimension]]\nid = 2\nscope = 'action'\nvalues = 'page_type'\n\
         [[dimension]]\nid = 3\nscope = 'visit'\nvalues = { gold = 1, silver = 3 }\n\
         [[dimension]]\nid = 4\nscope = 'action'\nvalues = ['a', 'b', 'c']\n\
         [[dimension]]\nid = 5\nscope = 'visit'\nvalues = 'device'\n\
         [[dimension]]\nid = 6\nscope = 'action'\nvalues = 'page_category'\n",
    );
    let values: Vec<(u32, String)> = all
        .dimensions
        .iter()
        .map(|(_, dimension)| {
            let text = match &dimension.values {
                Values::Visit(VisitValues::CustomerType) => "customer".to_owned(),
                Values::Visit(VisitValues::Device) => "device".to_owned(),
                Values::Action(ActionValues::PageCategory) => "category".to_owned(),
                Values::Action(ActionValues::PageType) => "type".to_owned(),
                Values::Visit(VisitValues::Listed(listed)) | Values::Action(ActionValues::Listed(listed)) => {
                    listed.texts.iter().map(traffic::encode::Text::raw).collect::<Vec<_>>().join("+")
                }
            };
            (dimension.id, text)
        })
        .collect();
    let expected =
        [(1, "customer"), (2, "type"), (3, "gold+silver"), (4, "a+b+c"), (5, "device"), (6, "category")];
    assert_eq!(values, expected.map(|(id, text)| (id, text.to_owned())));
}

#[test]
fn everything_wrong_with_dimensions_is_told_at_once() {
    let message = refused(
        "tag_dimension = 7\n[[dimension]]\nid = 1000\nscope = 'page'\nvalues = 5\n\
         [[dimension]]\nid = 2\nscope = 'visit'\nvalues = 'page_type'\n\
         [[dimension]]\nid = 3\nscope = 'action'\nvalues = 'customer_type'\n\
         [[dimension]]\nid = 4\nscope = 'visit'\nvalues = { gold = 'much' }\n\
         [[dimension]]\nid = 7\nscope = 'visit'\nvalues = ['a']\n\
         [[dimension]]\nid = 7\nscope = 'visit'\nvalues = ['a']\n\
         [[dimension]]\nid = 8\nscope = 'visit'\nvalues = true\n\
         [[dimension]]\n",
    );
    for expected in [
        "dimension.id (evening.toml:3): \"1000\" is not accepted; give a whole number from 1 to 999",
        "dimension.scope (evening.toml:4): \"page\" is not accepted; give one of visit, action",
        "dimension.values (evening.toml:9): \"page_type\" is not accepted; give one of customer_type, device",
        "dimension.values (evening.toml:13): \"customer_type\" is not accepted; give one of page_category, page_type",
        "dimension.values.gold (evening.toml:17): \"much\" is not accepted; give a weight",
        "dimension.values (evening.toml:17): has no value that could be drawn",
        "dimension.id (evening.toml:23): 7 is already on line 19",
        "dimension.values (evening.toml:29): \"true\" is not accepted; give a word, a list",
        "dimension (evening.toml:30): has no id",
        "dimension (evening.toml:30): has no scope",
        "dimension (evening.toml:30): has no values",
        "tag_dimension (evening.toml:1): \"7\" holds the run id and cannot be that of dimension (evening.toml:18)",
    ] {
        assert!(message.contains(expected), "{expected} is not in\n{message}");
    }
    assert_eq!(message.lines().count(), 12, "{message}");
}

#[test]
fn a_table_that_is_nearly_one_of_ours_is_told() {
    let message = refused("[[gaol]]\nid = 1\n");
    assert!(message.contains("gaol (evening.toml:1): no such setting; did you mean goal?"), "{message}");
}
