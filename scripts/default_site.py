#!/usr/bin/env python3
"""Print the page list of the default site: an invented shop with a magazine, a help centre and a checkout.

    python3 scripts/default_site.py > config/urls.txt

A line is a URL, four spaces and the page's title, whose parts " / " separates as Matomo does: section, sub-section,
page. Needs Python 3 only and prints the same bytes every time: names are combined from the words below and put in
the order of their checksums, so that adding a word leaves most of the others alone. All names are made up.
"""

import re
import sys
import unicodedata
import zlib

SITE = "https://shop.example.com/"
PRODUCTS_A_SUBSECTION = 29
ARTICLES_A_SUBSECTION = 24

CLOTHING_TONES = "Mist, Slate, Ivory, Rust, Olive, Navy, Charcoal, Blush, Sand, Indigo, Clay, Moss, Plum, Ochre, Écru"
KIDS_TONES = "Fox, Bear, Rainbow, Comet, Dino, Sunny, Cloud, Panda, Strawberry, Ocean, Robot, Meadow"
HOME_TONES = "Oslo, Lund, Bergen, Aalto, Skåne, Porto, Kyoto, Sienna, Juniper, Linden, Birch, Fjord"
MODELS = "One, Two, Mini, Max, Pro, Air, Lite, Plus, Studio, Edge, Neo, 200, 300, 450, X1, X5, S2"
SPORTS_TONES = "Summit, Ridge, Delta, Pulse, Storm, Glacier, Ember, Falcon, Lynx, Granite, Tempo, Vapor"
BEAUTY_TONES = "Rose, Fig, Neroli, Vanilla, Green Tea, Sea Salt, Almond, Calendula, Cedar, Honey, Açaí, Bergamot"

# Section: the last word of its names, then sub-sections: things | what they are made of or like | set names.
PRODUCTS = {
    "Women": (CLOTHING_TONES, """
        Shoes: Trail Runner, Ankle Boot, Ballet Flat, Loafer, Court Sneaker, Espadrille, Chelsea Boot | Suede, Leather, Canvas, Knit | Brogue Zoë
        Dresses: Wrap Dress, Shirt Dress, Midi Dress, Slip Dress, Maxi Dress, Tea Dress | Linen, Satin, Pleated, Cotton, Jersey | Appliqué Evening Gown
        Tops: Blouse, Camisole, T-Shirt, Tunic, Tank Top, Polo Shirt | Silk, Ribbed, Organic Cotton, Striped, Embroidered | Broderie Tee Chloé
        Knitwear: Crew Neck Sweater, Cardigan, Roll Neck, Knitted Vest, Poncho | Merino, Cashmere, Alpaca, Cable, Mohair |
        Jackets: Trench Coat, Parka, Blazer, Biker Jacket, Rain Jacket, Wool Coat | Quilted, Belted, Cropped, Hooded | Bouclé Jacket Anaïs
        Trousers: Wide Leg Trousers, Chinos, Culottes, Leggings, Cargo Trousers | Tailored, Corduroy, Linen, High Waist |
        Jeans: Straight Jeans, Skinny Jeans, Mom Jeans, Bootcut Jeans, Barrel Jeans | Washed, Raw, Stretch, Recycled |
        Bags: Tote, Crossbody Bag, Bucket Bag, Clutch, Backpack, Shopper | Leather, Woven, Canvas, Vegan | Duffel Bag Citroën Blue
    """),
    "Men": (CLOTHING_TONES, """
        Shoes: Derby Shoe, Desert Boot, Running Shoe, Boat Shoe, Slip-On, Hiking Boot, Court Sneaker | Suede, Leather, Canvas, Mesh | Müller Brogue
        Shirts: Oxford Shirt, Flannel Shirt, Overshirt, Dress Shirt, Camp Collar Shirt | Slim, Relaxed, Checked, Linen, Poplin |
        T-Shirts: Crew Neck Tee, Henley, Pocket Tee, Polo Shirt, Long Sleeve Tee | Heavyweight, Slub, Striped, Organic, Waffle |
        Knitwear: Crew Neck Sweater, Half Zip, Shawl Cardigan, Roll Neck, Sweater Vest | Lambswool, Merino, Cotton, Donegal |
        Jackets: Field Jacket, Bomber Jacket, Peacoat, Down Jacket, Denim Jacket, Parka | Waxed, Quilted, Lined, Packable |
        Trousers: Chinos, Joggers, Cargo Trousers, Pleated Trousers, Drawstring Trousers | Slim, Tapered, Corduroy, Wool |
        Jeans: Slim Jeans, Straight Jeans, Tapered Jeans, Loose Jeans, Work Jeans | Selvedge, Washed, Stretch, Raw |
        Accessories: Belt, Card Holder, Beanie, Scarf, Watch Strap, Weekender | Leather, Braided, Ribbed, Waxed | Tie Señor Ruiz
    """),
    "Kids": (KIDS_TONES, """
        Baby: Romper, Bodysuit, Sleeping Bag, Bib Set, Swaddle, Knitted Booties | Organic, Muslin, Soft, Fleece |
        Girls: Twirl Dress, Leggings, Hoodie, Dungarees, Rain Boots, Cardigan | Cotton, Printed, Striped, Cosy |
        Boys: Hoodie, Joggers, Graphic Tee, Checked Shirt, Rain Jacket, Shorts | Cotton, Printed, Striped, Tough |
        School: Backpack, Lunch Box, Pencil Case, Water Bottle, Gym Bag | Light, Reflective, Roomy, Recycled | Crayon Box Noël
        Toys: Building Blocks, Wooden Train, Marble Run, Puzzle, Stacking Tower, Play Kitchen | Giant, Magnetic, Classic, Travel |
        Games: Memory Game, Card Game, Board Game, Treasure Hunt, Domino Set | Family, Quick, Junior, Travel | Piñata Party Set
        Books: Picture Book, Bedtime Stories, Sticker Book, Colouring Book, Pop-Up Book | Big, First, Magical, Little |
        Nursery: Night Light, Cot Mobile, Play Mat, Wall Shelf, Storage Basket, Rocking Chair | Wooden, Woven, Soft, Round |
    """),
    "Living": (HOME_TONES, """
        Furniture: Sofa, Armchair, Coffee Table, Bookcase, Sideboard, Dining Chair, Bar Stool | Oak, Walnut, Velvet, Rattan | Étagère Noir
        Kitchen: Casserole, Chef Knife, Mixing Bowl, Kettle, Cutting Board, Pan | Cast Iron, Enamel, Copper, Bamboo | Café Press Müller, Crème Brûlée Dish Set
        Tableware: Dinner Plate, Soup Bowl, Mug, Carafe, Serving Board, Cutlery Set | Stoneware, Porcelain, Glazed, Smoked | Café au Lait Bowl
        Bedding: Duvet Cover, Pillowcase, Fitted Sheet, Throw, Quilt | Linen, Percale, Washed, Flannel, Jersey |
        Bathroom: Bath Towel, Bath Mat, Soap Dispenser, Laundry Basket, Shower Curtain | Waffle, Terry, Teak, Ribbed |
        Lighting: Pendant Lamp, Floor Lamp, Table Lamp, Wall Light, Lantern | Brass, Paper, Opal, Smoked, Rattan |
        Rugs: Runner, Wool Rug, Door Mat, Jute Rug, Hallway Rug | Woven, Tufted, Striped, Vintage, Round | Kilim Gülşen
        Garden: Planter, Bistro Set, Parasol, Watering Can, Fire Bowl, Lounge Chair | Zinc, Teak, Terracotta, Folding |
    """),
    "Electronics": (MODELS, """
        Phones: Smartphone, Phone Case, Fast Charger, Screen Protector, Car Mount, Power Bank | Slim, Rugged, Magnetic, Clear |
        Laptops: Ultrabook, Notebook, Gaming Laptop, Laptop Sleeve, Docking Station | Silver, Graphite, Compact, Convertible |
        Tablets: Tablet, Drawing Tablet, E-Reader, Keyboard Cover, Stylus | Compact, Slim, Family, Outdoor |
        Audio: Headphones, Earbuds, Soundbar, Bookshelf Speaker, Turntable, Radio | Wireless, Noise Cancelling, Portable, Vintage | Röhren Amplifier
        Cameras: System Camera, Action Camera, Instant Camera, Prime Lens, Tripod, Camera Bag | Compact, Travel, Weatherproof, Classic |
        Television: OLED Television, Projector, Streaming Stick, Wall Mount, Media Player | Ultra Thin, Smart, Bright, Frameless |
        Gaming: Game Controller, Gaming Headset, Mechanical Keyboard, Gaming Mouse, Monitor | Wireless, Silent, Illuminated, Compact |
        Smart Home: Thermostat, Smart Bulb, Door Sensor, Video Doorbell, Smart Plug, Air Monitor | Connected, Slim, Hidden, Solar |
    """),
    "Sports": (SPORTS_TONES, """
        Running: Running Shoe, Running Tights, Wind Jacket, Running Vest, Head Torch | Light, Winter, Reflective, Trail |
        Cycling: Road Bike, Cycling Jersey, Bike Helmet, Bib Shorts, Pannier, Bike Light | Carbon, Aero, Waterproof, Merino | Gravel Bike Citroën
        Fitness: Kettlebell, Dumbbell Set, Resistance Band, Rowing Machine, Training Bench | Adjustable, Foldable, Rubber, Compact |
        Yoga: Yoga Mat, Yoga Block, Bolster, Yoga Strap, Meditation Cushion | Cork, Organic, Premium, Travel |
        Football: Football Boot, Goalkeeper Gloves, Shin Guards, Match Ball, Training Kit | Indoor, Junior, Classic, Club |
        Swimming: Swimsuit, Goggles, Swim Shorts, Swim Cap, Beach Towel | Recycled, Junior, Quick Dry, Long Distance |
        Hiking: Hiking Boot, Daypack, Trekking Poles, Rain Jacket, Hiking Trousers, Gaiters | Waterproof, Ultralight, Breathable, Alpine | Anorak Åre
        Camping: Tent, Sleeping Bag, Camp Stove, Folding Chair, Sleeping Pad, Lantern | Ultralight, Four Season, Family, Compact |
    """),
    "Beauty": (BEAUTY_TONES, """
        Skin Care: Day Cream, Night Cream, Cleansing Gel, Serum, Clay Mask, Toner | Gentle, Hydrating, Firming, Matte | Crème de Nuit Éclat
        Make-Up: Lipstick, Mascara, Foundation, Blush, Eyeliner, Brow Pencil | Velvet, Waterproof, Sheer, Long Wear |
        Hair Care: Shampoo, Conditioner, Hair Oil, Hair Mask, Styling Cream | Nourishing, Volume, Solid, Curl |
        Fragrance: Eau de Parfum, Eau de Toilette, Body Mist, Perfume Oil, Solid Perfume | Fresh, Warm, Intense, Light | Eau de Café
        Body Care: Body Lotion, Hand Cream, Shower Gel, Body Scrub, Deodorant | Rich, Mild, Natural, Soothing |
        Shaving: Safety Razor, Shaving Brush, Shaving Soap, Aftershave Balm, Beard Oil | Classic, Travel, Sensitive, Everyday |
        Sun Care: Sun Cream, Sun Spray, After Sun Lotion, Lip Balm, Sun Stick | Mineral, Invisible, Kids, Sport |
        Bath: Scented Candle, Bath Salt, Bath Oil, Bar Soap, Room Spray, Shower Steamer | Calming, Evening, Natural, Handmade |
    """),
}

# The magazine: what each sub-section writes about; the name is put into each of the headlines.
TOPICS = {
    "Style": "Denim, Linen, the Trench Coat, White Sneakers, Knitwear, Layering, Silk Scarves, the Little Black Dress",
    "Interiors": "Small Balconies, Open Shelves, Reading Corners, Warm Light, Vintage Rugs, Bold Colours, Jugendstil Tiles",
    "Food": "Sourdough, Café Culture, One-Pot Dinners, Picnics, Pickles, Crêpes, Weeknight Pasta, Olive Oil",
    "Travel": "Night Trains, Lisbon, City Breaks, Island Hopping, Packing Light, São Miguel, Mountain Huts, Road Trips",
    "Technology": "Smart Lighting, Noise Cancelling, Repairable Phones, E-Readers, Vinyl, Password Managers, Home Networks",
    "Fitness": "Trail Running, Morning Yoga, Cold Swimming, Interval Training, Cycling to Work, Rest Days, Kettlebells",
    "Family": "Rainy Days, Bedtime Rituals, School Lunches, Board Games, Hand-Me-Downs, Birthday Parties, Pocket Money",
    "Sustainability": "Mending, Second-Hand Shopping, Organic Cotton, Slow Fashion, Recycled Down, Sharing Tools, Composting",
    "Wellbeing": "Better Sleep, Digital Detox, Skin Care, Long Walks, Journaling, Sauna Evenings, Breathing Exercises",
    "People": "a Day with Zoë Müller, Working with Clay, the Bakers of Malmö, Life in a Lighthouse, the Bicycle Maker",
}
HEADLINES = """
    A Short History of {}, Ten Questions about {}, Why We Love {}, {} on a Budget, {} for Beginners, The Return of {},
    What Nobody Tells You about {}, {} in Pictures, Our Guide to {}, The Truth about {}, Notes on {}, Readers on {}
"""
PORTRAIT_HEADLINES = """
    Portrait: {}, In Conversation: {}, Photo Essay: {}, {} in Five Minutes, Behind the Scenes: {}, Letters about {}
"""

PAGES = {
    "Help": """
        Search: Search Tips, No Results, Popular Searches
        Delivery: Delivery Times, Delivery Costs, Track a Parcel, International Delivery, Pick-Up Points, Missed Delivery, Delivery to Åland, Damaged Parcels
        Returns: Return an Item, Refund Times, Exchange an Item, Return Labels, Faulty Items, Sale Items, Gifts
        Payment: Payment Methods, Gift Cards, Voucher Codes, Invoices, Pay in Instalments, Failed Payments, Currencies
        Account: Create an Account, Reset Your Password, Change Your Address, Newsletter, Loyalty Points, Delete Your Account, Order History
        Sizes: Women's Sizes, Men's Sizes, Kids' Sizes, Shoe Sizes, Ring Sizes, How to Measure
        Care: Washing Wool, Leather Care, Stain Removal, Waterproofing, Cast Iron Care, Storing Knitwear
        Company: About Us, Our Stores, Careers, Press, Suppliers, Sustainability Report, Contact, Café in Malmö
        Legal: Terms of Sale, Privacy, Cookies, Imprint, Accessibility, Product Recalls
    """,
    "Checkout": """
        Cart: Saved for Later, Apply a Voucher, Gift Wrapping
        Details: Sign In, Guest Order, Delivery Address, Billing Address
        Delivery: Standard Delivery, Express Delivery, Pick-Up Point, Choose a Day
        Payment: Credit Card, Bank Transfer, Gift Card, Pay Later
        Order: Review, Payment Failed, Thank You
    """,
}

HEADER = """\
# The pages of the default site, an invented shop with a magazine, a help centre and a checkout.
# One page a line: its URL, four spaces, its title as "Section / Sub-section / Page".
# Written by scripts/default_site.py; edit it there, or point URLS_FILE at a list of your own.
# Landmarks: search /help/search/, cart /checkout/cart/, checkout /checkout/, order placed /checkout/order/thank-you
"""


def main():
    pages = list(site())
    check(pages)
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.write(HEADER)
    for url, title in pages:
        sys.stdout.write(f"{url}    {title}\n")


def site():
    """Every page as URL and title, sections and sub-sections before what is in them."""
    yield SITE, "Home"
    for section, (tones, text) in PRODUCTS.items():
        yield from section_pages(section, product_lines(section, tones, text))
    yield from section_pages("Magazine", article_lines())
    for section, text in PAGES.items():
        yield from section_pages(section, [(name, words(rest)) for name, rest in lines(text)])


def section_pages(section, subsections):
    yield f"{SITE}{slug(section)}/", section
    for name, pages in subsections:
        folder = f"{SITE}{slug(section)}/{slug(name)}/"
        yield folder, f"{section} / {name}"
        for page in pages:
            yield folder + slug(page), f"{section} / {name} / {page}"


def product_lines(section, tones, text):
    for name, rest in lines(text):
        things, kinds, extra = (words(part) for part in rest.split("|"))
        by_thing = []
        for thing in things:
            names = [f"{kind} {thing}" for kind in kinds if kind not in thing]
            names += [f"{thing} {tone}" for tone in words(tones)]
            names += [f"{kind} {thing} {tone}" for kind in kinds for tone in words(tones) if kind not in thing]
            by_thing.append(shuffled(section + name, names))
        yield name, extra + take_turns(by_thing, PRODUCTS_A_SUBSECTION - len(extra))


def article_lines():
    for name, topics in TOPICS.items():
        headlines = words(PORTRAIT_HEADLINES if name == "People" else HEADLINES)
        by_topic = []
        for topic in words(topics):
            titles = [headline.format(topic) for headline in headlines]
            by_topic.append(shuffled(name, [title[0].upper() + title[1:] for title in titles]))
        yield name, take_turns(by_topic, ARTICLES_A_SUBSECTION)


def shuffled(salt, names):
    return sorted(names, key=lambda name: (zlib.crc32(f"{salt}/{name}".encode()), name))


def take_turns(queues, count):
    """The first `count` names, one from each queue in turn."""
    turns = [name for turn in zip(*queues) for name in turn]
    assert len(turns) >= count
    return turns[:count]


def lines(text):
    for line in text.strip().splitlines():
        name, rest = line.strip().split(": ", 1)
        yield name, rest


def words(text):
    return [word.strip() for word in text.split(",") if word.strip()]


def slug(name):
    """The name as part of a URL: ASCII letters and digits, joined by hyphens."""
    plain = unicodedata.normalize("NFKD", name.replace("ø", "o").replace("ß", "ss").replace("'", ""))
    ascii_only = plain.encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")


def check(pages):
    urls = [url for url, _ in pages]
    titles = [title for _, title in pages]
    assert len(set(urls)) == len(urls) and len(set(titles)) == len(titles)
    assert len({title.split(" / ")[0] for title in titles[1:]}) == 10
    assert 1950 <= len(pages) <= 2100, len(pages)
    assert not any("&" in title or "/" in title.replace(" / ", "") or "    " in title for title in titles)
    assert sum("thank-you" in url for url in urls) == 1, "a goal is found by this part of the URL"


if __name__ == "__main__":
    main()
