"""The words by which a reply is sorted. Casefolded, NFKC, as `prompts.replies` compares them.

What the gateway itself acts on comes first (source: Twilio, "Customize users' opt-in and opt-out
experience"). All other languages are product defaults: nobody publishes a list. Only words that mean
nothing but "stop" when they stand alone are here (not Turkish *dur*, French for *hard*; not *acha* or
*baik*, which are *good* elsewhere). A word that we miss costs a person's reading: until then the
gate withholds, because an unread text from that number stands in the inbox.
"""

_OPT_OUT = {
    "the gateway's": "stop stopall unsubscribe cancel end quit revoke optout",
    "French": "arrêt arret arrêter arreter arrête arrete arrêtez arretez désabonner",
    "Spanish, Portuguese": "parar pare detener baja",
    "Romanian": "opriți opriţi opriti oprește opreşte opreste oprire dezabonare",
    "Polish": "przestań przestan wypisz rezygnuję",
    "Albanian": "ndalo ndaloni ndal",
    "Vietnamese": "dừng ngừng hủy huỷ",
    "Ukrainian, Russian, Bulgarian": "стоп стій припиніть прекратите остановите спри спрете",
    "German, Czech, Slovak": "stopp přestaň prestaň",
    "Hungarian, Turkish": "állj leállítás durdur durdurun",
    "Arabic": "توقف توقفوا أوقف اوقف إيقاف ايقاف إلغاء الغاء",
    "Persian, Dari, Urdu": "لغو بند روکیں روکو",
    "Kurdish": "بوەستە بوەستن ڕاگرە raweste rawestin",
    "Amharic, Tigrinya": "አቁም አቁሚ አቁሙ ይቁም ኣቋርጽ ኣቋርጹ",
    "Somali, Oromo, Tagalog": "jooji dhaabi itigil tigil",
    "Hindi, Bengali": "रुको बंद रोकें থামুন বন্ধ",
    "Chinese, Thai": "停止 退订 退訂 取消 หยุด",
}
_POLITE = {
    "English": "please pls plz thanks thank thx you u now",
    "other languages": "svp stp bitte proszę prosze رجاء لطفا شكرا कृपया",
}
_OBJECTS = "it all this the these your text texts texting message messages messaging msgs sms me us"

OPT_OUT_WORDS = frozenset(word for words in _OPT_OUT.values() for word in words.split())

OPT_OUT_PHRASES = frozenset(
    {"opt out", "dừng lại", "ደው በል", "ደው በሊ", "बंद करो", "बंद करें", "بند کرو", "بند کریں"}
)

POLITE_WORDS = frozenset(word for words in _POLITE.values() for word in words.split())
"""May stand beside an opt-out word without changing what it says."""

STOP_OBJECTS = frozenset(_OBJECTS.split())
"""What people ask to have stopped. Only beside the word *stop*: "end it all" is not an opt-out."""

WRONG_NUMBER_PHRASES = (
    "wrong number",
    "wrong person",
    "mauvais numéro",
    "mauvais numero",
    "faux numéro",
    "faux numero",
    "número equivocado",
    "numero equivocado",
    "număr greșit",
    "numar gresit",
    "zły numer",
    "zly numer",
    "numër i gabuar",
    "nhầm số",
    "رقم خطأ",
    "الرقم خطأ",
    "الرقم غلط",
)
"""Found anywhere in a text. English has the same source as above; the others are product defaults."""
