"""Names as people of many countries have them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Region:
    """A country with its clock, its telephone prefix and some of its names."""

    country: str
    timezone: str
    prefix: str
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]


def split(names: str) -> tuple[str, ...]:
    """Part names at the spaces; an underscore joins the parts of one."""
    return tuple(name.replace("_", " ") for name in names.split())


def region(country: str, timezone: str, prefix: str, first: str, last: str) -> Region:
    """Build a region from names between spaces."""
    return Region(country, timezone, prefix, split(first), split(last))


REGIONS = (
    region(
        "United States",
        "America/New_York",
        "+1",
        "Ava Ethan Grace Mason Naomi Caleb Ruby Marcus Hazel Isaac Tessa Wyatt",
        "Walker Bennett Coleman Foster Hayes Jenkins Morgan Price Reed Sullivan Torres Whitaker",
    ),
    region(
        "United Kingdom",
        "Europe/London",
        "+44",
        "Amelia Oliver Imogen Rhys Freya Callum Poppy Alfie Isla Rory Maisie Tariq",
        "Ashworth Barlow Carver Doyle Fletcher Hargreaves Kendall Marsh Pemberton Rowe Shah Thorne",
    ),
    region(
        "Germany",
        "Europe/Berlin",
        "+49",
        "Lena Jonas Mia Felix Clara Moritz Anke Tobias Greta Lukas Sophie Emre",
        "Becker Brandt Fischer Hartmann Keller Lehmann Neumann Richter Schäfer Vogt Wagner Yildiz",
    ),
    region(
        "France",
        "Europe/Paris",
        "+33",
        "Camille Hugo Élodie Baptiste Inès Théo Margaux Rémi Salomé Yanis Chloé Antoine",
        "Bernard Caron Dubois Fontaine Garnier Lambert Marchand Perrin Renaud Sissoko Vidal Weber",
    ),
    region(
        "Spain",
        "Europe/Madrid",
        "+34",
        "Lucía Álvaro Carmen Diego Elena Iker Marta Pablo Rocío Sergio Nuria Adrián",
        "Aguilar Blanco Castro Domínguez Herrera Ibáñez Molina Navarro Prieto Rojas Soler Vega",
    ),
    region(
        "Brazil",
        "America/Sao_Paulo",
        "+55",
        "Beatriz Caio Fernanda Gustavo Isabela João Larissa Mateus Rafaela Thiago Yara Vinícius",
        "Almeida Barros Cardoso Duarte Ferreira Lima Moreira Nunes Pereira Rocha Santos Teixeira",
    ),
    region(
        "India",
        "Asia/Kolkata",
        "+91",
        "Aarav Ananya Dev Ishita Kabir Meera Nikhil Priya Rohan Saanvi Tara Vikram",
        "Banerjee Chopra Desai Iyer Joshi Kapoor Mehta Nair Patel Rao Sharma Verma",
    ),
    region(
        "Japan",
        "Asia/Tokyo",
        "+81",
        "Aoi Daichi Emi Haruto Kaori Kenji Mei Naoki Rin Sora Yui Takumi",
        "Fujita Hayashi Inoue Kimura Matsuda Mori Nakano Ogawa Sato Shimizu Tanaka Yamada",
    ),
    region(
        "South Korea",
        "Asia/Seoul",
        "+82",
        "Minjun Seoyeon Jiho Hana Dohyun Yuna Jisoo Taeyang Eunji Hyunwoo Sora Minseo",
        "Kim Lee Park Choi Jung Kang Cho Yoon Jang Lim Han Seo",
    ),
    region(
        "Nigeria",
        "Africa/Lagos",
        "+234",
        "Adaeze Chidi Folake Emeka Ngozi Tunde Yetunde Obinna Amara Segun Zainab Kelechi",
        "Adeyemi Balogun Chukwu Eze Ibrahim Lawal Nwosu Obi Okafor Oni Sanusi Uche",
    ),
    region(
        "Canada",
        "America/Toronto",
        "+1",
        "Charlotte Liam Maya Noah Zoe Owen Aurélie Jasper Simone Gabriel Leah Arjun",
        "Bouchard Campbell Dhillon Fraser Gagnon MacDonald Nguyen Pelletier Sinclair Tremblay"
        " Wong Young",
    ),
    region(
        "Australia",
        "Australia/Sydney",
        "+61",
        "Matilda Lachlan Chloe Banjo Georgia Angus Sienna Darcy Willow Hamish Tahlia Kai",
        "Armstrong Burgess Cooper Donnelly Gallagher Hughes Kelleher Lawson Mackay Nolan Pham Tran",
    ),
    region(
        "South Africa",
        "Africa/Johannesburg",
        "+27",
        "Thandi Sipho Anika Pieter Lerato Johan Naledi Bongani Zanele Riaan Ayesha Kagiso",
        "Botha Dlamini Jacobs Khumalo Mokoena Naidoo Nkosi Pretorius Sithole Van_Wyk Zulu Zwane",
    ),
    region(
        "Netherlands",
        "Europe/Amsterdam",
        "+31",
        "Sanne Daan Femke Bram Lotte Thijs Noor Sven Iris Ruben Fleur Joris",
        "Bakker De_Boer De_Vries Dekker Hendriks Jansen Kuipers Mulder Smit Van_Dijk Visser"
        " Willems",
    ),
)

ADJECTIVES = split(
    "quiet amber brisk cobalt delta early gamma iron lucky mellow nimble north patient rapid"
    " silver sober steady theta velvet wild"
)
CREATURES = split(
    "badger bison crane falcon finch fox gecko heron ibex kestrel lynx magpie marlin otter owl"
    " panda puffin raven stoat tiger"
)
