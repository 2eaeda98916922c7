#!/usr/bin/env python3
"""Write the page lists of the built-in sites, all of them invented: a shop, a magazine, a software service.

    python3 scripts/default_site.py            writes config/urls.txt, config/magazine.txt and config/software.txt
    python3 scripts/default_site.py magazine   prints one of them (shop, magazine or software)

A line is a URL, four spaces and the page's title, whose parts " / " separates as Matomo does: section, sub-section,
page. Needs Python 3 only and writes the same bytes every time: names are combined from the words below and put in
the order of their checksums, so that adding a word leaves most of the others alone. All names are made up.
"""

import pathlib
import re
import sys
import unicodedata
import zlib

SITE = "https://shop.example.com/"
PRODUCTS_A_SUBSECTION = 29
ARTICLES_A_SUBSECTION = 24
MAGAZINE = "https://magazine.example.org/"
STORIES_A_SUBSECTION = 36
SOFTWARE = "https://software.example.net/"
POSTS_A_TOPIC = 72

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
        Shopping: Search Tips, Popular Searches, Wish Lists, Compare Products, Gift Finder
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

# The magazine of its own: sections, their sub-sections, and what each of those writes about.
SECTIONS = {
    "Culture": """
        Film: Silent Cinema, Documentary Festivals, Film Scores, Open-Air Cinemas, Subtitles, Stop Motion
        Books: Translated Fiction, Book Covers, Public Libraries, Second-Hand Bookshops, Crime Novels, Poetry Slams
        Music: Vinyl Pressing, Choirs, Brass Bands, Field Recordings, Street Musicians, String Quartets
        Art: Mural Painting, Ceramics, Museum Guards, Photo Books, Printmaking, Restoration Workshops
    """,
    "Science": """
        Space: Lunar Dust, Space Telescopes, Meteor Showers, Satellite Debris, Exoplanets, Dark Skies
        Nature: Urban Foxes, Migrating Birds, Peat Bogs, Wild Bees, River Otters, Lichens
        Health: Sleep Research, Gut Bacteria, Chronic Pain, Vaccines, Hearing Loss, Memory Training
        Numbers: Prime Numbers, Weather Models, Election Polls, Card Shuffling, Queueing, Old Maps
    """,
    "Society": """
        Cities: Night Buses, Market Halls, Car-Free Streets, Rooftop Gardens, Housing Cooperatives, Public Toilets
        Work: the Four-Day Week, Remote Teams, Apprenticeships, Repair Cafés, Shift Work, Job Interviews
        Education: Forest Schools, School Lunches, Handwriting, Evening Classes, Exchange Years, Maths Anxiety
        Family: Grandparents, Twins, Moving House, Family Recipes, Screen Time, Adoption Stories
    """,
    "Travel": """
        By Train: Night Trains, Branch Lines, Station Restaurants, Rail Passes, Mountain Railways, Sleeper Cars
        Islands: the Azores, the Hebrides, Ferry Harbours, Lighthouse Keepers, Small Islands, Salt Pans
        Cities Abroad: Lisbon, Kraków, Trieste, Montréal, Malmö, Porto
        On Foot: Pilgrim Paths, Mountain Huts, Coast Walks, Desert Hikes, River Walks, Border Trails
    """,
    "Food": """
        Recipes: Sourdough, One-Pot Dinners, Lentil Soup, Apple Cakes, Dumplings, Summer Salads
        Producers: Small Dairies, Olive Oil, Sea Salt, Heritage Grains, Cider Makers, Mushroom Farms
        Restaurants: Canteens, Neighbourhood Bistros, Tasting Menus, Breakfast Places, Food Trucks, Tea Rooms
        Drinks: Natural Wine, Coffee Roasters, Kombucha, Alcohol-Free Beer, Vermouth, Herbal Tea
    """,
    "Technology": """
        Internet: Password Managers, Home Servers, Cookie Banners, Mailing Lists, Web Archives, Open Maps
        Gadgets: E-Readers, Repairable Phones, Mechanical Keyboards, Noise Cancelling, Film Cameras, Smart Meters
        Energy: Heat Pumps, Solar Balconies, Wind Farms, Tidal Power, Home Batteries, District Heating
        Mobility: Cargo Bikes, Electric Ferries, Trams, Shared Cars, Bicycle Streets, Charging Points
    """,
    "Climate": """
        Water: Glaciers, Flood Plains, Rain Gardens, Drinking Fountains, Coastal Erosion, Desalination
        Forests: Old Beeches, Forest Fires, Tree Nurseries, Mangroves, Timber Houses, Wild Boar
        Economy: Carbon Prices, Green Bonds, Circular Shops, Slow Fashion, Food Waste, Deposit Bottles
        Adaptation: Heat Waves, Cool Roofs, Shade Trees, Storm Warnings, Drought Crops, Sponge Cities
    """,
}
STORIES = """
    A Short History of {}, Ten Questions about {}, Why We Still Need {}, {} on a Budget, The Return of {}, {} Explained,
    What Nobody Tells You about {}, {} in Pictures, Our Guide to {}, The Truth about {}, Notes on {}, Readers on {},
    The Future of {}, A Week with {}, In Praise of {}, The Quiet Boom of {}, What {} Taught Us, The Trouble with {},
    Everything Changes for {}, Who Pays for {}, An Argument against {}, The People behind {}, Five Myths about {},
    How {} Came Back, Letters about {}, The Numbers behind {}, {} after the Hype, A Love Letter to {}, Lost and Found: {},
    The Long Read: {}, Interview: the Future of {}, Podcast Notes: {}, Slow News: {}, From the Archive: {}
"""
AUTHORS = """
    Maya Lindqvist, Tomás Ferreira, Aisha Rahman, Jonas Weber, Clémence Aubry, Piotr Zieliński, Hanna Kallio, Luca Moretti,
    Ingrid Sæther, Daniel Okafor, Priya Nair, Sophie Marchand, Emre Yıldız, Katarina Novák, Liam Gallagher, Yuki Tanaka,
    Elena Popescu, Marcus Bergström, Nora Haddad, Wanjiru Kamau, Oliver Brandt, Inês Carvalho, Rosa Delgado, Matthijs de Boer,
    Freya Olsen, Samir Benali, Greta Hofmann, Andrei Ionescu, Beatriz Lopes, Henrik Madsen
"""
SHOWS = """
    Slow Mornings: Waking Up, Bread, Silence, Cold Water, Radio, Letters, Walking, Windows
    The Map Room: Borders, Blank Spots, Street Names, Sea Charts, Metro Plans, Treasure, Contour Lines, North
    Two Scientists: Tides, Moss, Colour, Hiccups, Thunder, Rust, Yawning, Dust
    Overheard: on the Night Bus, at the Market, in the Library, on the Ferry, at the Barber, in the Lift, at the Border, on Stage
"""
MAGAZINE_PAGES = {
    "About": "Our Story, The Team, Contact, Careers, Press, Advertise, Corrections, Ethics Code, Privacy, Cookies, Imprint",
    "Newsletters": "Morning Briefing, Weekend Reads, Climate Letter, Food Notes, Past Issues, Thank You",
    "Help": "Your Account, Delivery of the Print Issue, Gift Subscriptions, Change of Address, Cancel, Comments, Apps, Accessibility",
    "Subscribe": "Choose a Plan, Your Account, Payment, Thank You",
}

# The software service, which plans projects.
FEATURES = """
    Boards, Timelines, Calendars, Workloads, Automations, Forms, Dashboards, Goals, Time Tracking, Approvals, Templates,
    Guest Access, Mobile Apps, Notifications, Custom Fields, Dependencies, File Sharing, Comments, Reports, Integrations Hub
"""
SOLUTIONS = """
    Marketing Teams, Product Teams, Agencies, Engineering, Human Resources, Operations, Event Planning, Architects,
    Universities, Non-Profits, Publishers, Film Production, Construction, Start-Ups, Public Sector, Consultants
"""
INTEGRATIONS = """
    Chat: Team Chat, Video Calls, Voice Mail, Status Messages, Stand-Ups, Polls
    Files: Cloud Drive, Document Editor, Spreadsheets, Whiteboard, Design Files, Scanner
    Code: Git Hosting, Build Server, Error Tracker, Release Notes, Code Review, Issue Import
    Sales: Customer Database, Invoicing, Contracts, Mailing Lists, Call Centre, Surveys
    Calendar: Calendar Sync, Meeting Rooms, Holidays, Time Zones, Booking Links, Shift Plans
    Identity: Single Sign-On, User Directory, Two-Factor Codes, Audit Log Export, Device Trust, Password Vault
"""
CUSTOMERS = """
    Bakery Chain Saves Mondays, Orchestra on Tour, Wind Farm on Schedule, Museum Opens Early, City Library Moves House,
    Film Crew without Paper, Ferry Line Plans Crews, Hospital Kitchen, University Exams, Agency of Forty, Bicycle Maker,
    Festival in Six Weeks, Publisher of Cookbooks, Tram Line Nine, Architects in Five Cities, Food Bank Network
"""
GUIDES = {
    "Getting Started": """
        First Steps: Create a Workspace, Invite Your Team, Create a Project, Add Tasks, Import a Spreadsheet, Take the Tour
        Concepts: Workspaces and Projects, Tasks and Subtasks, Roles, Views, Statuses, Limits
        Migration: Import from CSV, Import from Other Tools, Map Custom Fields, Check an Import, Undo an Import
    """,
    "User Guide": """
        Boards: Create a Board, Move Cards, Swim Lanes, Card Limits, Filter a Board, Share a Board, Board Templates
        Timelines: Create a Timeline, Set Dependencies, Critical Path, Baselines, Zoom Levels, Print a Timeline
        Tasks: Assign Tasks, Due Dates, Recurring Tasks, Subtasks, Attach Files, Mention People, Task Templates
        Search: Search Syntax, Saved Searches, Search in Attachments, Recent Searches
        Notifications: Notification Settings, Email Digests, Mute a Project, Mobile Push, Working Hours
        Time Tracking: Start a Timer, Edit Entries, Billable Hours, Timesheets, Export Hours
    """,
    "Administration": """
        Members: Add Members, Deactivate Members, Guests, Groups, Roles and Permissions, Transfer Ownership
        Security: Single Sign-On, Two-Factor Authentication, Session Length, Audit Log, Allowed Domains, Data Residency
        Billing: Change Your Plan, Invoices, Payment Methods, Add Seats, Cancel a Plan, Tax Numbers
        Data: Export Everything, Delete a Workspace, Retention Rules, Backups, Storage Limits
    """,
    "Automation": """
        Rules: Create a Rule, Triggers, Conditions, Actions, Run History, Rule Limits, Debug a Rule
        Webhooks: Create a Webhook, Verify Signatures, Retry Policy, Event Types, Test Deliveries
        Recipes: Close Stale Tasks, Remind Reviewers, Rotate Duties, Copy a Checklist, Escalate Blockers, Weekly Summary
    """,
    "Self-Hosting": """
        Installation: Requirements, Install with Containers, Install on a Server, First Start, Reverse Proxy, Certificates
        Operation: Upgrade, Backup and Restore, Monitoring, Logs, Scaling Workers, Maintenance Mode
        Configuration: Environment Variables, Mail Delivery, Object Storage, Database Settings, Caching, Feature Flags
    """,
    "Troubleshooting": """
        Sign-In: Forgotten Password, Locked Account, Single Sign-On Fails, Codes Not Accepted
        Performance: Slow Boards, Large Imports, Browser Extensions, Offline Mode
        Errors: Error 403, Error 409, Error 429, Failed Uploads, Sync Conflicts
    """,
}
RESOURCES = """
    Workspaces, Projects, Tasks, Subtasks, Comments, Attachments, Members, Groups, Boards, Columns, Timelines, Milestones,
    Custom Fields, Tags, Time Entries, Webhooks, Rules, Reports, Templates, Audit Events
"""
ENDPOINTS = "List {s}, Create {a}, Get {a}, Update {a}, Delete {a}, Search {s}"
API_BASICS = "Authentication, Pagination, Rate Limits, Errors, Versioning, Idempotency, Change History, Client Libraries"
BLOG = """
    Planning: Estimates, Sprint Reviews, Roadmaps, Backlogs, Milestones, Planning Poker, Buffer Time, Retrospectives
    Teamwork: Remote Teams, Stand-Ups, Feedback Rounds, Onboarding, Meeting Notes, Time Zones, Focus Time, Hand-Overs
    Engineering: Database Migrations, Feature Flags, Load Testing, Incident Reviews, Search Indexing, Offline Sync, Queues, Caching
    Product: the New Timeline, Dark Mode, Dashboards, Custom Fields, Keyboard Shortcuts, the Mobile App, Automations, Templates
"""
POSTS = """
    A Field Guide to {}, Ten Lessons about {}, How We Think about {}, {} without the Pain, Rethinking {}, {} for Small Teams,
    The Case for {}, Common Mistakes with {}, What We Learned from {}, {} Explained, Measuring {}, Behind the Scenes: {}
"""
SOFTWARE_PAGES = {
    "Pricing": "Starter, Team, Business, Enterprise, Compare Plans, Discounts, Questions and Answers",
    "Company": "About Us, Careers, Contact, Press, Partners, Security, Privacy, Terms of Service, Imprint, Accessibility",
    "Support": "Contact Support, Service Status, Community, Training, Certification, Feature Requests, Report a Problem",
    "Resources": "Glossary, Webinars, Template Gallery, Planning Handbook, Trial Checklist, Return on Investment",
    "Demo": "What to Expect, Book a Demo, Recorded Demo, Thank You",
    "Signup": "Choose a Plan, Your Team, Payment, Thank You",
}

HEADER = """\
# The pages of a built-in site, an invented {what}.
# One page a line: its URL, four spaces, its title as "Section / Sub-section / Page".
# Written by scripts/default_site.py; edit it there, or point URLS_FILE at a list of your own.
# Landmarks: {landmarks}
"""


def main(wanted):
    """Print the wanted list, or write all of them."""
    if wanted:
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
        sys.stdout.write(page_list(wanted[0]))
        return
    folder = pathlib.Path(__file__).resolve().parent.parent / "config"
    for name, file in [("shop", "urls.txt"), ("magazine", "magazine.txt"), ("software", "software.txt")]:
        (folder / file).write_text(page_list(name), encoding="utf-8", newline="\n")


def page_list(name):
    site, check, what, landmarks = {
        "shop": (shop, check_shop, "shop with a magazine, a help centre and a checkout",
                 "search /search, cart /checkout/cart/, checkout /checkout/, order placed /checkout/order/thank-you"),
        "magazine": (magazine, check_magazine, "magazine with sections, authors, podcasts, newsletters and subscriptions",
                     "search /search, subscription /subscribe/, subscribed /subscribe/thank-you"),
        "software": (software, check_software, "software service with its documentation, blog and sign-up",
                     "search /search, sign-up /signup/, signed up /signup/thank-you"),
    }[name]
    pages = list(site())
    check_all(pages)
    check(pages)
    text = HEADER.format(what=what, landmarks=landmarks)
    return text + "".join(f"{url}    {title}\n" for url, title in pages)


def shop():
    """Every page as URL and title, sections and sub-sections before what is in them."""
    yield SITE, "Home"
    for section, (tones, text) in PRODUCTS.items():
        yield from section_pages(section, product_lines(section, tones, text))
    yield from section_pages("Magazine", article_lines())
    for section, text in PAGES.items():
        yield from section_pages(section, [(name, words(rest)) for name, rest in lines(text)])
    yield SITE + "search", "Search"


def magazine():
    yield MAGAZINE, "Home"
    for section, text in SECTIONS.items():
        yield f"{MAGAZINE}{slug(section)}/", section
        for name, topics in lines(text):
            folder = f"{MAGAZINE}{slug(section)}/{slug(name)}/"
            yield folder, f"{section} / {name}"
            by_topic = [shuffled(name, [sentence(story, topic) for story in words(STORIES)]) for topic in words(topics)]
            for title in take_turns(by_topic, STORIES_A_SUBSECTION):
                yield f"{folder}{month(title)}/{slug(title)}", f"{section} / {name} / {title}"
    yield from flat_pages(MAGAZINE, "Authors", words(AUTHORS))
    yield f"{MAGAZINE}podcasts/", "Podcasts"
    for show, episodes in lines(SHOWS):
        yield f"{MAGAZINE}podcasts/{slug(show)}/", f"Podcasts / {show}"
        for number, episode in enumerate(words(episodes), 1):
            title = f"Episode {number}: {episode}"
            yield f"{MAGAZINE}podcasts/{slug(show)}/{slug(title)}", f"Podcasts / {show} / {title}"
    for section, names in MAGAZINE_PAGES.items():
        yield from flat_pages(MAGAZINE, section, words(names))
    yield MAGAZINE + "search", "Search"


def software():
    yield SOFTWARE, "Home"
    for section, names in [("Features", FEATURES), ("Solutions", SOLUTIONS)]:
        yield from flat_pages(SOFTWARE, section, words(names))
    yield from flat_pages(SOFTWARE, "Pricing", words(SOFTWARE_PAGES["Pricing"]))
    yield f"{SOFTWARE}integrations/", "Integrations"
    for name, tools in lines(INTEGRATIONS):
        yield from flat_pages(f"{SOFTWARE}integrations/", name, words(tools), "Integrations / ")
    yield from flat_pages(SOFTWARE, "Customers", words(CUSTOMERS))
    yield f"{SOFTWARE}docs/", "Docs"
    for guide, text in GUIDES.items():
        yield f"{SOFTWARE}docs/{slug(guide)}/", f"Docs / {guide}"
        for topic, pages in lines(text):
            yield from flat_pages(f"{SOFTWARE}docs/{slug(guide)}/", topic, words(pages), f"Docs / {guide} / ")
    api = f"{SOFTWARE}docs/api/"
    yield api, "Docs / API Reference"
    for name in words(API_BASICS):
        yield api + slug(name), f"Docs / API Reference / {name}"
    for resource in words(RESOURCES):
        one = resource[:-3] + "y" if resource.endswith("ies") else resource[:-1]
        article = "an" if one[0] in "AEIOU" else "a"
        endpoints = words(ENDPOINTS.format(s=resource, a=f"{article} {one}"))
        yield from flat_pages(api, resource, endpoints, "Docs / API Reference / ")
    yield f"{SOFTWARE}blog/", "Blog"
    for name, topics in lines(BLOG):
        yield f"{SOFTWARE}blog/{slug(name)}/", f"Blog / {name}"
        by_topic = [shuffled(name, [sentence(post, topic) for post in words(POSTS)]) for topic in words(topics)]
        for title in take_turns(by_topic, POSTS_A_TOPIC):
            yield f"{SOFTWARE}blog/{slug(name)}/{slug(title)}", f"Blog / {name} / {title}"
    yield f"{SOFTWARE}changelog/", "Changelog"
    for minor in range(78, 0, -1):
        version = f"{1 + minor // 13}.{minor % 13}"
        yield f"{SOFTWARE}changelog/{slug(version)}", f"Changelog / Version {version}"
    for section, names in SOFTWARE_PAGES.items():
        if section != "Pricing":
            yield from flat_pages(SOFTWARE, section, words(names))
    yield SOFTWARE + "search", "Search"


def flat_pages(folder, name, pages, above=""):
    """A folder with its pages."""
    yield f"{folder}{slug(name)}/", above + name
    for page in pages:
        yield f"{folder}{slug(name)}/{slug(page)}", f"{above}{name} / {page}"


def sentence(headline, topic):
    text = headline.format(topic)
    return text[0].upper() + text[1:]


def month(title):
    """When an article was published, from its checksum: a month of the years 2023 to 2026."""
    number = zlib.crc32(title.encode()) % 46
    return f"{2023 + number // 12}/{number % 12 + 1:02}"


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
            by_topic.append(shuffled(name, [sentence(headline, topic) for headline in headlines]))
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


def check_all(pages):
    urls = [url for url, _ in pages]
    titles = [title for _, title in pages]
    assert len(set(urls)) == len(urls), sorted({url for url in urls if urls.count(url) > 1})
    assert len(set(titles)) == len(titles), sorted({title for title in titles if titles.count(title) > 1})
    assert not any("&" in title or "/" in title.replace(" / ", "") or "    " in title for title in titles)
    assert sum(url.endswith("/search") for url in urls) == 1


def check_shop(pages):
    assert len({title.split(" / ")[0] for _, title in pages if " / " in title}) == 10
    assert 1950 <= len(pages) <= 2100, len(pages)
    assert sum("thank-you" in url for url, _ in pages) == 1, "a goal is found by this part of the URL"


def check_magazine(pages):
    assert 800 <= len(pages) <= 2000, len(pages)
    assert sum("thank-you" in url for url, _ in pages) == 2, "newsletter and subscription"


def check_software(pages):
    assert 800 <= len(pages) <= 2000, len(pages)
    assert sum("thank-you" in url for url, _ in pages) == 2, "demo and sign-up"
    assert max(title.count(" / ") for _, title in pages) == 3


if __name__ == "__main__":
    main(sys.argv[1:])
