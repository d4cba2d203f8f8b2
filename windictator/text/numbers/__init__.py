"""Numbers as they are written, from numbers as they are spoken (inverse text normalisation).

One module per kind; ``normaliser.Numbers`` puts them together, ``english.ENGLISH`` holds the words. The
``text2num`` library reads cardinals and ordinals; what it does not know (years, times, digit runs, money, ...) is
read here.
"""
