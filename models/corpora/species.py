"""Everyday names of organisms that abstracts name often, with their NCBI Taxonomy numbers (US Government public domain)."""

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
2697049 SARS-CoV-2|severe acute respiratory syndrome coronavirus 2
"""

COMMON_NAMES: tuple[tuple[str, str], ...] = tuple(
    (name, line.split(" ", 1)[0]) for line in _TABLE.strip().splitlines() for name in line.split(" ", 1)[1].split("|")
)
"""(name, taxon) pairs."""
