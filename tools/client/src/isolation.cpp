// lockstep/isolation.hpp but for temp_dir().
#include "lockstep/isolation.hpp"

#include <cctype>
#include <charconv>
#include <cstdlib>
#include <system_error>

#include "lockstep/context.hpp"
#include "lockstep/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ports.hpp"
#include "session.hpp"

namespace lockstep {
inline namespace v1 {

namespace {

constexpr std::size_t longest_prefix = 200, time_width = 7, token_width = 13;  // 36^7 seconds: until the year 4453

bool is_plain(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-';
}

bool is_lower(std::string_view text) {
    for (const char c : text)
        if ((c < 'a' || c > 'z') && (c < '0' || c > '9')) return false;
    return true;
}

/// Takes digits from the front; none if there are none.
std::optional<int> take_number(std::string_view& text) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number < 0 || text.front() == '-') return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

/// "gw3", "master", with a shard "gw3s2".
bool parse_worker(std::string_view text, UniqueName& name) {
    if (text.substr(0, 6) == "master") {
        name.worker = "master";
        text.remove_prefix(6);
    } else {
        if (text.substr(0, 2) != "gw") return false;
        text.remove_prefix(2);
        const auto index = take_number(text);
        if (!index) return false;
        name.worker = "gw" + std::to_string(*index);
    }
    if (text.empty()) return true;
    if (text.front() != 's') return false;
    text.remove_prefix(1);
    const auto shard = take_number(text);
    name.shard = shard.value_or(0);
    return shard && *shard > 0 && text.empty();
}

void set(const std::string& name, const std::optional<std::string>& value) {
    const int result = value ? ::setenv(name.c_str(), value->c_str(), 1) : ::unsetenv(name.c_str());
    if (result != 0) throw std::system_error(errno, std::generic_category(), "set the variable '" + name + "'");
}

}  // namespace

std::string unique_name(std::string_view prefix, char separator) {
    if (separator != '_' && separator != '-') throw Error("unique_name: the separator is neither '_' nor '-'");
    if (prefix.empty() || prefix.size() > longest_prefix)
        throw Error("unique_name: the prefix has " + std::to_string(prefix.size()) + " characters, and not 1 to 200");
    for (const char c : prefix)
        if (!is_plain(c)) throw Error("unique_name: '" + std::string(prefix) + "' is not all of [A-Za-z0-9_.-]");
    const auto here = context();
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
    const auto shard = here.shard > 0 ? "s" + std::to_string(here.shard) : "";
    return std::string(prefix) + separator + here.worker.name + shard + separator +
           detail::base36(static_cast<unsigned long long>(seconds), time_width) + separator + detail::token();
}

std::optional<UniqueName> parse_unique_name(std::string_view name) {
    if (name.size() < token_width + time_width + 4) return std::nullopt;
    const char separator = name[name.size() - token_width - 1];
    if (separator != '_' && separator != '-') return std::nullopt;
    UniqueName result;
    const auto take_last = [&]() -> std::string_view {
        const auto at = name.rfind(separator);
        if (at == std::string_view::npos) return {};
        const auto part = name.substr(at + 1);
        name = name.substr(0, at);
        return part;
    };
    result.token = take_last();
    const auto time = take_last();
    const auto worker = take_last();
    long long seconds = 0;
    const auto [end, error] = std::from_chars(time.data(), time.data() + time.size(), seconds, 36);
    const bool whole = error == std::errc() && end == time.data() + time.size();
    if (result.token.size() != token_width || !is_lower(result.token) || time.size() != time_width || !is_lower(time) ||
        !whole || name.empty() || !parse_worker(worker, result))
        return std::nullopt;
    result.prefix = name;
    result.created = std::chrono::system_clock::time_point(std::chrono::seconds(seconds));
    return result;
}

Port reserve_port(bool inheritable) {
    try {
        auto reservation =
            std::make_shared<runtime::PortReservation>(runtime::reserve_port(runtime::ports_file(), inheritable));
        const int number = reservation->port();
        return Port(std::move(reservation), number);
    } catch (const std::system_error&) {
        throw;
    } catch (const std::runtime_error& problem) {
        throw Error(problem.what());
    }
}

int Port::number() const {
    return number_;
}

ScopedEnv::ScopedEnv(std::string name, const std::optional<std::string>& value) : name_(std::move(name)) {
    if (const char* before = std::getenv(name_.c_str())) before_ = before;
    set(name_, value);
}

ScopedEnv::~ScopedEnv() {
    if (name_.empty()) return;
    try {
        set(name_, before_);
    } catch (const std::system_error&) {
        // No memory left for what was there before; there is nothing to be done about it here.
    }
}

namespace {

/// The test's own directory for the first environment in it, and one in it for each that follows: two users of a test
/// have two homes.
std::filesystem::path own_folder() {
    auto folder = temp_dir();
    std::error_code none;
    for (int number = 2; std::filesystem::exists(folder / "home", none); ++number)
        folder = temp_dir() / ("environment-" + std::to_string(number));
    return folder;
}

}  // namespace

ScopedEnv scoped_env(std::string name, const std::optional<std::string>& value) {
    return {std::move(name), value};
}

IsolatedEnvironment::IsolatedEnvironment() : home_(own_folder() / "home") {
    const auto set_to = [this](const char* name, const std::filesystem::path& path) {
        std::filesystem::create_directories(path);
        variables_.emplace_back(name, path.string());
    };
    const auto temp = home_.parent_path() / "tmp";
    set_to("HOME", home_);
    set_to("XDG_CONFIG_HOME", home_ / ".config");
    set_to("XDG_CACHE_HOME", home_ / ".cache");
    set_to("XDG_DATA_HOME", home_ / ".local/share");
    set_to("XDG_STATE_HOME", home_ / ".local/state");
    for (const char* name : {"TMPDIR", "TMP", "TEMP"}) set_to(name, temp);
}

IsolatedEnvironment::~IsolatedEnvironment() = default;

IsolatedEnvironment isolated_environment() {
    return {};
}

}  // namespace v1
}  // namespace lockstep
