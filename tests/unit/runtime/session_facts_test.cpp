#include "runtime/session_facts.hpp"

#include <gtest/gtest.h>

namespace lockstep::runtime {
namespace {

SessionFacts complete() {
    SessionFacts facts;
    facts.id = "1234-5678";
    facts.number = 3;
    facts.folder = "/b/lock\tstep/s/3";
    facts.state = "/b/lock\tstep";
    facts.build_dir = "/b";
    facts.source_dir = "/s\n\\";
    facts.table = "/b/lockstep/g/12/launch.txt";
    facts.mode = "sequential";
    facts.first_worker = 64;
    facts.workers = 8;
    facts.limits = false;
    facts.shard = 2;
    facts.shards = 8;
    facts.temp = "/b/lockstep/t/3";
    return facts;
}

std::string replaced(std::string text, const std::string& old, const std::string& now) {
    const auto at = text.find(old);
    EXPECT_NE(at, std::string::npos) << old;
    return text.replace(at, old.size(), now);
}

TEST(SessionFacts, ComeBack) {
    const auto text = to_text(complete());
    std::string error;
    const auto back = session_facts_from_text(text, error);
    ASSERT_TRUE(back) << error;
    EXPECT_EQ(to_text(*back), text);
    EXPECT_EQ(back->source_dir, "/s\n\\");
    EXPECT_FALSE(back->limits);
    EXPECT_EQ(back->first_worker, 64);
    EXPECT_EQ(back->shard, 2);
    EXPECT_EQ(back->worker_dir("gw3"), "/b/lock\tstep/w/3/gw3");
    EXPECT_EQ(back->journal(), "/b/lock\tstep/s/3/journal");
}

TEST(SessionFacts, RefusesWhatToTextDoesNotWrite) {
    const auto text = to_text(complete());
    struct Row {
        const char *old, *now, *error;
    };
    for (const auto& row :
         {Row{"facts 1", "facts 2", "line 1: is not 'lockstep session facts 1', another version wrote it"},
          Row{"number\t3", "number\t-3", "line 3: '-3' of 'number' is not in range"},
          Row{"number\t3", "number\t3\t4", "line 3: 'number' has 2 fields, not 1"},
          Row{"limits\t0", "limits\tyes", "line 12: 'yes' of 'limits' is not a whole number"},
          Row{"mode\tsequential\n", "", "line 9: 'mode' is expected here"},
          Row{"mode\tsequential", "mode\tfast", "line 16: there is no mode 'fast'"},
          Row{"shard\t2", "shard\t9", "line 16: there is no such shard"},
          Row{"shard\t2", "shard\t0", "line 16: there is no such shard"},
          Row{"state\t/", "state\t", "line 16: 'folder' and 'state' have to be absolute paths"},
          Row{"\\\\", "\\z", "line 7: there is an unknown escape"},
          Row{"end\n", "more\t1\nend\n", "line 16: 'more' is unknown here"},
          Row{"end\n", "end\nend\n", "line 16: is not the last line"}, Row{"end\n", "", "line 16: is cut off"}}) {
        SCOPED_TRACE(row.error);
        std::string error;
        EXPECT_FALSE(session_facts_from_text(replaced(text, row.old, row.now), error));
        EXPECT_EQ(error, row.error);
    }
}

TEST(SessionFacts, RefusesEveryCut) {
    const auto text = to_text(complete());
    for (std::size_t length = 0; length < text.size(); ++length) {
        std::string error;
        EXPECT_FALSE(session_facts_from_text(text.substr(0, length), error)) << length;
        EXPECT_EQ(error.substr(0, 5), "line ");
    }
}

}  // namespace
}  // namespace lockstep::runtime
