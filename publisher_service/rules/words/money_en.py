"""The words of what people have and have bought, in English."""

from collections.abc import Mapping

from publisher_service.rules.words import Words

MONEY: Mapping[str, Words] = {
    "coins.low": Words(
        "Few coins left",
        "You have {coins} coins left",
        "You have {coins} coins left.",
        "Hello {name},\n\nThere are only {coins} coins left in your wallet.\n\n"
        "[Top up my wallet]({link})",
    ),
    "coins.expiring": Words(
        "Coins that expire soon",
        "{coins} coins expire soon",
        "{coins} coins expire soon, the first on {until}.",
        "Hello {name},\n\n{coins} coins in your wallet expire soon, the first on {until}. A film "
        "before that? Coins that you were given are spent first.\n\n[See my wallet]({link})",
    ),
    "coins.gift": Words(
        "Coins you were given",
        "{giver} gives you {coins} coins",
        "{giver} gives you {coins} coins. {message}",
        "Hello {name},\n\n{giver} gives you {coins} coins. They are in your wallet.\n\n"
        "{message}\n\n[See my wallet]({link})",
    ),
    "coins.granted": Words(
        "Coins from the house",
        "{brand} gives you {coins} coins",
        "{brand} gives you {coins} coins: {why}.",
        "Hello {name},\n\n{brand} gives you {coins} coins: {why}.\n\n[See my wallet]({link})",
    ),
    "film.code": Words(
        "Code of a film bought",
        "Your code for “{title}”",
        "Your code for “{title}” has come by e-mail.",
        "Hello,\n\nThank you for buying. This is the code that opens “{title}”: {code}\n\n"
        "[Watch the film]({url})\n\nKeep this message: the code works each time you want to watch "
        "the film.",
    ),
    "film.yours": Words(
        "Film bought",
        "“{title}” is yours",
        "“{title}” is yours.",
        "Hello {name},\n\n“{title}” is yours: watch it whenever you like.\n\n"
        "[Watch the film]({url})",
    ),
    "film.rented": Words(
        "Film rented",
        "You have rented “{title}”",
        "“{title}” waits for you until {until}.",
        "Hello {name},\n\nYou have rented “{title}”. Begin to watch it before {until}; then you "
        "have {hours} hours to finish it.\n\n[Watch the film]({url})",
    ),
}
