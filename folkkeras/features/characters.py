"""Code points of the characters that the features distinguish."""

NEWLINE, SPACE = ord("\n"), ord(" ")
EXCLAMATION, QUOTE, SHARP, PERCENT, AMPERSAND = map(ord, '!"#%&')
PLUS = ord("+")
PARENTHESIS, APOSTROPHE, COMMA, SLASH, COLON = map(ord, "(',/:")
LESS, GREATER, BRACKET, CLOSING_BRACKET, BAR = map(ord, "<>[]|")
BRACE, CLOSING_BRACE = map(ord, "{}")
DIGIT_0, DIGIT_1, DIGIT_9 = map(ord, "019")
UPPER_A, UPPER_G, UPPER_C = map(ord, "AGC")
A, C, FLAT, G, X, Z = map(ord, "acbgxz")
TO_LOWER = 32  # sets a letter in lower case
FIELD_K, FIELD_L, FIELD_M, FIELD_R = map(ord, "KLMR")
