"""What a sentence classifier must beat: constant answers, rules, support vector machines, and networks over word vectors."""
