# Compiler options of every target, in one place.

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g")

# playback_plain_options is all but the sanitizers; see playback_static_program.
add_library(playback_plain_options INTERFACE)
add_library(playback_options INTERFACE)
target_link_libraries(playback_options INTERFACE playback_plain_options)
target_include_directories(playback_plain_options INTERFACE ${PLAYBACK_ROOT})
target_compile_definitions(
    playback_plain_options
    INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE
              # A coroutine that waits for hours would keep the larger block of another one.
              BOOST_ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING
              PLAYBACK_VERSION="${PROJECT_VERSION}" _GLIBCXX_ASSERTIONS)
# One meaning of every number on every machine: no fused multiply-add behind our back.
target_compile_options(playback_plain_options INTERFACE -ffp-contract=off)
target_compile_features(playback_plain_options INTERFACE cxx_std_23)
# Warnings are our own business: who builds the simulator into a program of his own has others.
if(PROJECT_IS_TOP_LEVEL)
    target_compile_options(
        playback_plain_options
        INTERFACE -fno-omit-frame-pointer -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                  -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # False alarms of g++ 12 inside coroutine frames and inlined std::string at -O2.
    target_compile_options(
        playback_plain_options
        INTERFACE -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow
                  -Wno-array-bounds -Wno-stringop-overread -Wno-dangling-pointer
                  -Wno-mismatched-new-delete -Wno-missing-field-initializers)
else()
    target_compile_options(playback_plain_options INTERFACE -Wno-missing-field-initializers)
endif()
# Later options win: presets of tools/determinism put another level of optimisation here.
target_compile_options(playback_plain_options INTERFACE ${PLAYBACK_FLAGS})
if(PLAYBACK_PLANTS)
    target_compile_definitions(playback_plain_options INTERFACE PLAYBACK_PLANTS)
endif()
if(NOT PLAYBACK_SANITIZE STREQUAL "")
    target_compile_options(
        playback_options INTERFACE -fsanitize=${PLAYBACK_SANITIZE} -fno-sanitize-recover=all)
    target_link_options(playback_options INTERFACE -fsanitize=${PLAYBACK_SANITIZE})
    # A report needs lines, not the types of all variables, which cost a tenth of the build.
    target_compile_options(playback_options INTERFACE -g1)
endif()
if(PLAYBACK_FUZZ)
    target_compile_options(playback_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

find_program(PLAYBACK_MOLD mold)
if(PLAYBACK_MOLD AND NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_link_options(playback_plain_options INTERFACE -fuse-ld=mold)
elseif(PLAYBACK_MOLD)
    target_link_options(playback_plain_options INTERFACE -fuse-ld=mold)
endif()

find_program(PLAYBACK_CCACHE ccache)
if(PLAYBACK_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${PLAYBACK_CCACHE})
endif()
