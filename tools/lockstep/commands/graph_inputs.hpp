// What a graph (g/<name>) follows from, input by input: its name is made of them, and where a new one has to be made,
// they tell what has changed.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lockstep {

class GraphInputs {
public:
    /// `what`: as a person calls it. Its value is hashed: environment variables may hold secrets.
    void add(std::string what, std::string_view value);
    /// 16 hexadecimal digits, of all inputs and their order.
    [[nodiscard]] std::string name() const;

    [[nodiscard]] std::string to_json() const;
    /// Which inputs differ from those in `json` (another's to_json; anything else has none).
    [[nodiscard]] std::vector<std::string> changed_since(const std::string& json) const;

private:
    std::vector<std::pair<std::string, std::string>> inputs_;  ///< with hashes
};

}  // namespace lockstep
