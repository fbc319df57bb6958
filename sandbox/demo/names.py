"""Invented names in several scripts, each with the letters that its address is spelt with."""

from __future__ import annotations

# (as written, as spelt in an address)
Name = tuple[str, str]


def pairs(text: str) -> list[Name]:
    """Read `written=spelt` words; a word alone is spelt in lower case as it is written."""
    found = (word.partition("=") for word in text.split())
    return [(written, spelt or written.lower()) for written, _equals, spelt in found]


# (first names, last names) of one script or neighbourhood, and its share of the people
NEIGHBOURHOODS: tuple[tuple[int, list[Name], list[Name]], ...] = (
    (
        50,
        pairs(
            "Anna Ben Clara David Emma Felix Grace Henry Ida Jonas Karen Liam Maria Noah Olivia Paul Rosa Samuel "
            "Tessa Victor Wendy Yvonne Alice Arthur Bella Charles Diana Edward Fiona George Hannah Isaac Julia Kevin "
            "Laura Martin Nora Oscar Peter Quinn Ruth Simon Thomas Ursula Walter"
        ),
        pairs(
            "Baker Brown Carter Clark Cooper Davis Evans Fisher Foster Green Hall Harris Hill Hughes Jones King Lewis "
            "Martin Miller Moore Murphy Nelson Parker Reed Roberts Scott Shaw Smith Taylor Turner Walker Ward Watson "
            "White Wilson Wood Wright Young O’Brien=obrien O’Neil=oneil Smith-Jones"
        ),
    ),
    (
        25,
        pairs(
            "Zoë=zoe José=jose Łukasz=lukasz Søren=soren François=francois Jürgen=juergen Ágnes=agnes Çağla=cagla "
            "Åsa=asa Renée=renee Tomáš=tomas Ștefan=stefan Björn=bjoern Nuño=nuno Ewa Giulia Mateo Ingrid Pierre"
        ),
        pairs(
            "Müller=mueller García=garcia Nowák=nowak Jørgensen=joergensen Lefèvre=lefevre Öztürk=oeztuerk "
            "Kovács=kovacs Dvořák=dvorak Ångström=angstroem Ionescu Rossi Silva Weiß=weiss Núñez=nunez Van-Dijk"
        ),
    ),
    (
        6,
        pairs("Юлия=yuliya Олег=oleg Марія=mariia Андрій=andrii Наталья=natalya Димитър=dimitar Оксана=oksana"),
        pairs("Шевченко=shevchenko Иваненко=ivanenko Коваль=koval Петренко=petrenko Бондар=bondar"),
    ),
    (
        3,
        pairs("Ελένη=eleni Νίκος=nikos Σοφία=sofia Γιώργος=giorgos"),
        pairs("Παπαδοπούλου=papadopoulou Ιωάννου=ioannou Γεωργίου=georgiou"),
    ),
    (4, pairs("伟=wei 芳=fang 秀英=xiuying 静=jing"), pairs("王=wang 李=li 陈=chen 刘=liu")),
    (3, pairs("さくら=sakura 健太=kenta 陽子=yoko"), pairs("佐藤=sato 鈴木=suzuki 田中=tanaka")),
    (2, pairs("민준=minjun 서연=seoyeon"), pairs("김=kim 박=park")),
    (2, pairs("Linh=linh Quân=quan Hương=huong"), pairs("Nguyễn=nguyen Trần=tran")),
    (2, pairs("فاطمة=fatima محمد=mohammed ليلى=layla"), pairs("حداد=haddad منصور=mansour")),
    (1, pairs("יעל=yael דוד=david"), pairs("כהן=cohen לוי=levi")),
    (2, pairs("प्रिया=priya अर्जुन=arjun"), pairs("शर्मा=sharma सिंह=singh")),
    (1, pairs("สมชาย=somchai สุดา=suda"), pairs("ศรีสุข=srisuk")),
    (2, pairs("Amara Kwame Zanele"), pairs("Okafor Mensah Dlamini")),
)
