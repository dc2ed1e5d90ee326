"""Word classes that show how a question is asked, independent of its subject.

A small hand-made lexicon lets the model generalise from few examples: "shut the valve" and "merge
two cells" both start with an action, though neither verb was seen in training.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

_FUNCTION = """
    a about above after again all allowed already also although always am an and another any
    anyone anymore anything are aren't as at be because been before being below best better
    between both but by can can't cannot could couldn't did didn't difference different do does
    doesn't doing don't down during each either else even ever every everyone everything few
    first for from give given go had happened happens has hasn't have haven't having he help her
    here his how however i i'd i'll i'm i've if in instead into is isn't it it's its just keep
    keeps kind last later least legal less let like long many may maximum me meaning might
    minimum more most much must my myself need neither never new next no nobody none nor not
    nothing now of off often old on once one only or other our out over own per please possible
    possibly rather really same say says shall she should shouldn't show since so some somebody
    someone something soon still such suddenly sure tell than that that's the their them then
    there there's these they this those though through time to too towards tried try trying two
    under until up us use used using usually very via want wants was wasn't way we were weren't
    what what's when where where's whether which while who who's whom whose why will with within
    without won't would wouldn't yesterday yet you your
"""

_FAULTS = """
    abort bad black blank block break broken bug burn clog collapse conflict corrupt crack crackle
    crash crooked cut damage dead deadlock declined defect defective delay deny die dirty disappear
    disconnect drip drop duplicate empty endless error exception expired exceed fail failure fault
    faulty flicker forbidden forgot forgotten freeze frozen hang hot illegal inaccessible incorrect
    infinite invalid issue jam kill lag late leak lock loop lose loss lost loud malformed mess miss
    mistake noise noisy overheat panic pending problem refuse reject restart revert rot rust scratch
    segfault silent slow smell smoke spam spill squeal steal stolen strange stuck stutter suspicious
    terminate throttle timeout trouble unable unauthorized unavailable undefined unexpected unknown
    unpaid unreachable unreadable unreadable unrecognized unresponsive unstable unusual vibrate
    warning weird wrong yellow
"""
_ACTIONS = """
    accept access activate add adjust allow apply arrange assemble assign attach avoid backup
    bake bind boil book boost borrow build buy calculate calibrate call cancel capture catch change
    charge check choose clean clear clone close collect combine compare compile compress configure
    connect convert cook copy create crop customize cut deactivate debug decline declare decorate
    define delete deliver deploy design detach detect disable disconnect display dispute download
    draw edit embed enable encrypt enroll enter erase exchange export extend extract file fill
    filter fix fold format forward free generate grow handle hide implement import improve increase
    initialize insert inspect install integrate invite join label launch learn limit link list load
    log lower make manage mark measure merge migrate mix modify monitor mount move mute obtain open
    optimize order organize pair parse paste pause pay pin plant play port prepare press prevent
    print prioritize process prune publish pull push put read rebuild receive record recover
    redeem reduce register reindex remove rename renew repair replace reply report request reserve
    reset resize resolve restart restore resume retrieve return reverse revoke rotate run save scale
    scan schedule seal search secure select sell send separate serve set setup share sharpen ship
    shut sign skip smooth sort split start stop store submit subscribe swap switch sync tag take
    tie topup track train transfer translate trim trigger tune turn uninstall unlink unlock
    unsubscribe update upgrade upload validate verify view wash wire withdraw wrap write zip
"""
_DOCUMENTS = """
    agenda api appendix archive article atlas blog bookmark brochure calendar catalog catalogue
    changelog chapter chart checklist cheatsheet console contact contract dashboard datasheet
    diagram directory docs document documentation download example faq figure folder form forum
    glossary guide guideline handbook homepage imprint index info information instruction intranet
    invoice leaflet link list login logo manual map menu note notes overview page paper pdf picture
    plan policy portal pricing profile protocol readme record reference release report repository
    runbook schedule schema section settings sheet site sitemap slide specification spec statement
    support tab table template terms timeline timetable toc tutorial url video website whitepaper
    wiki
"""
_QUANTITIES = """
    accurate age amount average big capacity cost cheap color colour common count date deep distance
    duration expensive far fast fee fees frequency heavy height high large length lifespan lifetime
    limit number percentage popular population port price quantity rate ratio safe salary
    size small speed strong tall temperature thick threshold value version volume weight wide year
"""
FUNCTION_WORDS = frozenset(_FUNCTION.split())
_CLASS_OF = MappingProxyType(
    {
        word: name
        for name, words in (
            ("<quantity>", _QUANTITIES),
            ("<action>", _ACTIONS),
            ("<document>", _DOCUMENTS),
            ("<fault>", _FAULTS),
        )
        for word in words.split()
    }
)
# (ending, its replacement in the base form), most specific first
_ENDINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"ies": ("y",), "ied": ("y",), "ing": ("", "e"), "ed": ("", "e"), "es": ("", "e"), "s": ("",)}
)
_DOUBLED = re.compile(r"([bdgklmnprt])\1$")


def class_of(word: str) -> str | None:
    """Return the class of `word` (`<fault>`, `<action>`, …), also when inflected, or None."""
    if word in _CLASS_OF:
        return _CLASS_OF[word]
    for ending, replacements in _ENDINGS.items():
        if word.endswith(ending) and len(word) > len(ending) + 2:
            stem = word[: -len(ending)]
            bases = [stem + replacement for replacement in replacements]
            for base in [*bases, _DOUBLED.sub(r"\1", stem)]:
                if base in _CLASS_OF:
                    return _CLASS_OF[base]
    return None
