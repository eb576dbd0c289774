// A folder of its own for each test, gone afterwards.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

class Scratch : public testing::Test {
protected:
    Scratch() {
        std::string name = testing::TempDir() + "lockstep-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp " + name);
        folder_ = name;
    }
    ~Scratch() override {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    [[nodiscard]] std::string at(std::string_view name) const { return folder_ + "/" + std::string(name); }
    [[nodiscard]] const std::string& folder() const { return folder_; }

    std::string put(std::string_view name, std::string_view text) const {
        std::ofstream(at(name), std::ios::binary) << text;
        return at(name);
    }
    [[nodiscard]] std::string content(std::string_view name) const {
        std::ifstream file(at(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    [[nodiscard]] std::size_t entries() const {
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator(folder_), std::filesystem::directory_iterator()));
    }

private:
    std::string folder_;
};
