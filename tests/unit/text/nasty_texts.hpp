// Texts that each mean something to some language, and mixtures of them.
#pragma once

#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::testing {

/// The same in every run.
inline std::vector<std::string> nasty_texts() {
    std::vector<std::string> texts{"plain",
                                   "two words",
                                   ";",
                                   "a;b",
                                   "a\\;b",
                                   "\\",
                                   "ends in \\",
                                   "\\\\",
                                   "\"",
                                   "'",
                                   "it's \"both\"",
                                   "]]",
                                   "a]]b]=]c]==]d",
                                   "]",
                                   "ends in ]",
                                   "ends in ]=",
                                   "]==",
                                   "[[",
                                   "[=[",
                                   "[a;b]",
                                   "[",
                                   "$ENV{HOME}",
                                   "${x}",
                                   "$<1:x>",
                                   "@x@",
                                   "$",
                                   "#",
                                   "# comment",
                                   "#[[",
                                   "\nbegins with a newline",
                                   "\n",
                                   "\n\n",
                                   "ends with a newline\n",
                                   "\r",
                                   "\r\n",
                                   "a\rb\r\nc",
                                   "\ttab\t",
                                   "\x01\x1b[31m\x7f",
                                   "Grüße 名前 🚀",
                                   "\xFF\xFE not UTF-8",
                                   "`id`",
                                   "$(id)",
                                   "*",
                                   "~",
                                   "-n",
                                   "!",
                                   "a=b",
                                   "%s\\n",
                                   "(a|b)+?.^$[c]",
                                   "&<>",
                                   " "};
    const std::string_view pieces[] = {"\\", ";", "\"", "'", "]", "[", "=", "$", "{x}", "\n", "\r", "#", "a", " ", "é"};
    std::mt19937 random(20240917);
    for (int i = 0; i < 300; ++i) {
        std::string text;
        const std::size_t length = 1 + random() % 8;
        for (std::size_t j = 0; j < length; ++j) text += pieces[random() % std::size(pieces)];
        texts.push_back(std::move(text));
    }
    return texts;
}

}  // namespace lockstep::testing
