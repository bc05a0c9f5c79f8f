"""Choices in forms (pure): languages, nationalities, time zones."""

from functools import cache
from importlib import resources

from outcomes.platform.calendar import SafeHours

LANGUAGES: dict[str, str] = {
    "en": "English",
    "sq": "Albanian",
    "am": "Amharic",
    "ar": "Arabic",
    "bn": "Bengali",
    "bg": "Bulgarian",
    "zh": "Chinese",
    "cs": "Czech",
    "fa": "Farsi or Dari",
    "fr": "French",
    "hi": "Hindi",
    "hu": "Hungarian",
    "ig": "Igbo",
    "ku": "Kurdish",
    "ln": "Lingala",
    "lt": "Lithuanian",
    "ps": "Pashto",
    "pl": "Polish",
    "pt": "Portuguese",
    "pa": "Punjabi",
    "ro": "Romanian",
    "ru": "Russian",
    "sk": "Slovak",
    "so": "Somali",
    "es": "Spanish",
    "sw": "Swahili",
    "tl": "Tagalog",
    "ta": "Tamil",
    "th": "Thai",
    "ti": "Tigrinya",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "vi": "Vietnamese",
    "wo": "Wolof",
    "yo": "Yoruba",
}
"""ISO 639-1 codes of languages that survivors in the UK often speak; the API accepts any other too."""

ZONES: dict[str, str] = {
    "Europe/London": "United Kingdom",
    "Europe/Tirane": "Albania",
    "Asia/Dhaka": "Bangladesh",
    "Europe/Sofia": "Bulgaria",
    "Asia/Shanghai": "China",
    "Europe/Prague": "Czechia",
    "Africa/Asmara": "Eritrea",
    "Africa/Addis_Ababa": "Ethiopia",
    "Europe/Paris": "France, Spain, Italy or Germany",
    "Africa/Accra": "Ghana",
    "Europe/Budapest": "Hungary",
    "Asia/Kolkata": "India",
    "Asia/Tehran": "Iran",
    "Asia/Baghdad": "Iraq",
    "Europe/Dublin": "Ireland",
    "Europe/Vilnius": "Lithuania",
    "Africa/Lagos": "Nigeria",
    "Asia/Karachi": "Pakistan",
    "Asia/Manila": "Philippines",
    "Europe/Warsaw": "Poland",
    "Europe/Lisbon": "Portugal",
    "Europe/Bucharest": "Romania",
    "Europe/Bratislava": "Slovakia",
    "Africa/Mogadishu": "Somalia",
    "Africa/Khartoum": "Sudan",
    "Asia/Bangkok": "Thailand",
    "Europe/Istanbul": "Turkey",
    "Europe/Kyiv": "Ukraine",
    "Africa/Kampala": "Uganda",
    "Asia/Ho_Chi_Minh": "Vietnam",
}
"""Time zones offered in forms; the API accepts any other IANA zone too."""

WEEKDAYS = SafeHours.__struct_fields__
"""`monday` to `sunday`, as a profile names them."""


@cache
def nationalities() -> tuple[tuple[str, str], ...]:
    """ISO 3166-1 alpha-2 codes with English names, by name (source: the time-zone database)."""
    table = resources.files("tzdata.zoneinfo").joinpath("iso3166.tab").read_text("utf-8")
    lines = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return tuple(sorted(((code, name) for code, name in lines), key=lambda pair: pair[1]))


def language_name(code: str) -> str:
    """The name of a language, or its code."""
    return LANGUAGES.get(code, code)
