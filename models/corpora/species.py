"""Everyday names of organisms that abstracts name often, with their NCBI Taxonomy numbers (US Government public domain)."""

import re
from collections.abc import Iterator

_TABLE = """
9606 human|humans|man|men|woman|women|people|person|persons|patient|patients|participant|participants|subject|child|children
9606 boy|boys|girl|girls|infant|infants|adult|adults|adolescent|adolescents|volunteer|volunteers|inpatient|outpatient
9606 Homo sapiens|H. sapiens|newborn|newborns|neonate|neonates
10090 mouse|mice|murine|Mus musculus|M. musculus|house mouse
10116 rat|rats|Rattus norvegicus|R. norvegicus|Norway rat
7955 zebrafish|Danio rerio|D. rerio
7227 Drosophila|Drosophila melanogaster|D. melanogaster|fruit fly|fruit flies
6239 Caenorhabditis elegans|C. elegans
4932 yeast|budding yeast|baker's yeast|Saccharomyces cerevisiae|S. cerevisiae
4896 fission yeast|Schizosaccharomyces pombe|S. pombe
562 Escherichia coli|E. coli
9986 rabbit|rabbits|Oryctolagus cuniculus
10141 guinea pig|guinea pigs|Cavia porcellus
9615 dog|dogs|canine|Canis familiaris|Canis lupus familiaris
9685 cat|cats|feline|Felis catus
9823 pig|pigs|swine|porcine|Sus scrofa|piglet|piglets
9913 cow|cows|cattle|bovine|calf|calves|Bos taurus
9940 sheep|ovine|Ovis aries|lamb|lambs
9925 goat|goats|caprine|Capra hircus
9796 horse|horses|equine|Equus caballus
9031 chicken|chickens|chick|chicks|hen|hens|Gallus gallus
9544 rhesus monkey|rhesus macaque|Macaca mulatta|rhesus
9541 cynomolgus monkey|cynomolgus macaque|Macaca fascicularis
9598 chimpanzee|chimpanzees|Pan troglodytes
10036 Syrian hamster|golden hamster|Mesocricetus auratus
10029 Chinese hamster|Cricetulus griseus
8355 Xenopus laevis|X. laevis|African clawed frog
8364 Xenopus tropicalis|X. tropicalis
3702 Arabidopsis|Arabidopsis thaliana|A. thaliana
4530 rice|Oryza sativa
4577 maize|corn|Zea mays
4097 tobacco|Nicotiana tabacum
5476 Candida albicans|C. albicans
5833 Plasmodium falciparum|P. falciparum
1773 Mycobacterium tuberculosis|M. tuberculosis
1280 Staphylococcus aureus|S. aureus
287 Pseudomonas aeruginosa|P. aeruginosa
1423 Bacillus subtilis|B. subtilis
210 Helicobacter pylori|H. pylori
1313 Streptococcus pneumoniae|S. pneumoniae
11676 human immunodeficiency virus 1|HIV-1|human immunodeficiency virus type 1
11709 human immunodeficiency virus 2|HIV-2
12721 human immunodeficiency virus|HIV
10407 hepatitis B virus|HBV
11103 hepatitis C virus|HCV
10376 Epstein-Barr virus|EBV
10359 human cytomegalovirus|HCMV
10298 herpes simplex virus 1|HSV-1
10566 human papillomavirus|HPV
11320 influenza A virus
9483 marmoset|common marmoset|Callithrix jacchus
9593 gorilla|Gorilla gorilla
9534 African green monkey|Chlorocebus aethiops|Cercopithecus aethiops
9555 olive baboon|Papio anubis
9669 ferret|ferrets|Mustela putorius furo
8090 medaka|Oryzias latipes
7719 Ciona intestinalis
7668 sea urchin|Strongylocentrotus purpuratus
7460 honeybee|honeybees|honey bee|Apis mellifera
7091 silkworm|Bombyx mori
7165 Anopheles gambiae
7159 Aedes aegypti
6183 Schistosoma mansoni
5811 Toxoplasma gondii
5691 Trypanosoma brucei
5693 Trypanosoma cruzi
5664 Leishmania major
5661 Leishmania donovani
5671 Leishmania infantum
5855 Plasmodium vivax
5821 Plasmodium berghei
5825 Plasmodium chabaudi
5861 Plasmodium yoelii
5741 Giardia intestinalis|Giardia lamblia
5759 Entamoeba histolytica
44689 Dictyostelium discoideum
5141 Neurospora crassa
162425 Aspergillus nidulans
746128 Aspergillus fumigatus
5061 Aspergillus niger
5207 Cryptococcus neoformans
5478 Candida glabrata
3847 soybean|soybeans|Glycine max
4081 tomato|tomatoes|Solanum lycopersicum|Lycopersicon esculentum
4113 potatoes|Solanum tuberosum
4565 wheat|bread wheat|Triticum aestivum
4513 barley|Hordeum vulgare
3880 Medicago truncatula
29760 grapevine|Vitis vinifera
3055 Chlamydomonas reinhardtii
3218 Physcomitrella patens
3708 rapeseed|Brassica napus
4558 sorghum|Sorghum bicolor
3635 Gossypium hirsutum
3885 common bean|Phaseolus vulgaris
3888 Pisum sativum
1351 Enterococcus faecalis
1352 Enterococcus faecium
1314 Streptococcus pyogenes
1311 Streptococcus agalactiae|group B streptococcus
1309 Streptococcus mutans
1282 Staphylococcus epidermidis
1639 Listeria monocytogenes
1392 Bacillus anthracis
1396 Bacillus cereus
1496 Clostridium difficile|Clostridioides difficile
1491 Clostridium botulinum
1502 Clostridium perfringens
1513 Clostridium tetani
727 Haemophilus influenzae
485 Neisseria gonorrhoeae
487 Neisseria meningitidis
573 Klebsiella pneumoniae
470 Acinetobacter baumannii
28901 Salmonella enterica
90371 Salmonella typhimurium
590 Salmonella
623 Shigella flexneri
666 Vibrio cholerae
632 Yersinia pestis
630 Yersinia enterocolitica
197 Campylobacter jejuni
446 Legionella pneumophila
139 Borrelia burgdorferi
160 Treponema pallidum
813 Chlamydia trachomatis
83558 Chlamydia pneumoniae|Chlamydophila pneumoniae
2104 Mycoplasma pneumoniae
520 Bordetella pertussis
263 Francisella tularensis
1769 Mycobacterium leprae
1765 Mycobacterium bovis
1772 Mycobacterium smegmatis
837 Porphyromonas gingivalis
817 Bacteroides fragilis
1902 Streptomyces coelicolor
584 Proteus mirabilis
615 Serratia marcescens
358 Agrobacterium tumefaciens
11234 measles virus
12637 dengue virus
11082 West Nile virus
11089 yellow fever virus
64320 Zika virus
10335 varicella-zoster virus|varicella zoster virus|VZV
37296 Kaposi's sarcoma-associated herpesvirus|human herpesvirus 8|KSHV
10245 vaccinia virus
12814 respiratory syncytial virus|RSV
11250 human respiratory syncytial virus
10633 simian virus 40|SV40
12092 hepatitis A virus|HAV
12461 hepatitis E virus|HEV
694009 SARS-CoV
1335626 MERS-CoV
11292 rabies virus
11908 human T-cell leukemia virus type 1|HTLV-1|human T-lymphotropic virus 1
2697049 SARS-CoV-2|severe acute respiratory syndrome coronavirus 2
"""

_BINOMIAL = re.compile(r"([A-Z])[a-z]{3,} ([a-z]{3,})")


def _names() -> Iterator[tuple[str, str]]:
    for line in _TABLE.strip().splitlines():
        taxon, _, names = line.partition(" ")
        for name in names.split("|"):
            yield name, taxon
            if match := _BINOMIAL.fullmatch(name):
                yield f"{match[1]}. {match[2]}", taxon


COMMON_NAMES: tuple[tuple[str, str], ...] = tuple(dict.fromkeys(_names()))
"""(name, taxon) pairs; a binomial's short form (`E. coli`) among them."""
