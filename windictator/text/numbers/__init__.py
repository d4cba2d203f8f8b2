"""Inverse text normalisation: numbers in writing, from numbers as they are spoken.

There is one module for each kind of number. ``normaliser.NumberNormaliser`` combines them, and ``english.ENGLISH``
holds the words. The library ``text2num`` reads cardinals and ordinals. These modules read everything else: years,
times, digit rows, money, and so on.
"""
