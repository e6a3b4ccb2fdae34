# A room is a folder and a library; a new file needs no new line here.

# playback_room(NAME FOLDER [COROUTINES] [FLAT] [WITHOUT folder ...] [DEPENDS ...])
# COROUTINES: its files include Asio's awaitable, so their precompiled header has it.
# FLAT: only the folder's own files, not those of its sub-folders.
# WITHOUT: not these sub-folders, which are rooms of their own.
function(playback_room name folder)
    cmake_parse_arguments(ROOM "COROUTINES;FLAT" "" "WITHOUT;DEPENDS" ${ARGN})
    set(recurse GLOB_RECURSE)
    if(ROOM_FLAT)
        set(recurse GLOB)
    endif()
    file(${recurse} sources CONFIGURE_DEPENDS ${PLAYBACK_ROOT}/${folder}/*.cpp)
    foreach(other IN LISTS ROOM_WITHOUT)
        list(FILTER sources EXCLUDE REGEX "/${folder}/${other}/")
    endforeach()
    if(NOT sources)
        add_library(${name} INTERFACE)
        target_link_libraries(${name} INTERFACE playback_options ${ROOM_DEPENDS})
        return()
    endif()
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC playback_options ${ROOM_DEPENDS})
    if(ROOM_COROUTINES)
        playback_precompile(${name})
    else()
        playback_precompile(${name} PLAIN)
    endif()
endfunction()

# playback_embed(TARGET HEADER NAMESPACE NAME=file,file ...): texts of the source tree as constants.
function(playback_embed target header namespace)
    set(out ${CMAKE_CURRENT_BINARY_DIR}/${target}_embedded.cpp)
    set(files "")
    foreach(part IN LISTS ARGN)
        string(REGEX REPLACE "^[^=]*=" "" paths "${part}")
        string(REPLACE "," ";" paths "${paths}")
        list(APPEND files ${paths})
    endforeach()
    add_custom_command(
        OUTPUT ${out}
        COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DHEADER=${header} -DNAMESPACE=${namespace}
                "-DPARTS=${ARGN}" -P ${PLAYBACK_ROOT}/cmake/embed.cmake
        DEPENDS ${files} ${PLAYBACK_ROOT}/cmake/embed.cmake
        VERBATIM)
    target_sources(${target} PRIVATE ${out})
endfunction()

# What takes longest to read of what most files read. Code must build without it too.
set(PLAYBACK_PRECOMPILED <algorithm> <functional> <map> <memory> <string> <vector>
    <boost/unordered/unordered_flat_map.hpp>)

# playback_precompile(TARGET [PLAIN]): the precompiled header with Asio's awaitable, or the PLAIN one.
# Each is made once and shared.
function(playback_precompile name)
    set(header playback_pch)
    set(asio <boost/asio/awaitable.hpp> <boost/asio/use_awaitable.hpp> <boost/asio/execution.hpp>)
    if("PLAIN" IN_LIST ARGN)
        set(header playback_plain_pch)
        set(asio "")
    endif()
    if(NOT TARGET ${header})
        if(NOT EXISTS ${PROJECT_BINARY_DIR}/${header}.cpp)
            file(WRITE ${PROJECT_BINARY_DIR}/${header}.cpp "")  # once: it would be built again
        endif()
        add_library(${header} OBJECT ${PROJECT_BINARY_DIR}/${header}.cpp)
        target_link_libraries(${header} PRIVATE playback_options)
        target_precompile_headers(${header} PRIVATE ${PLAYBACK_PRECOMPILED} ${asio})
    endif()
    target_precompile_headers(${name} REUSE_FROM ${header})
endfunction()

# playback_program(NAME FOLDER [DEPENDS ...])
function(playback_program name folder)
    cmake_parse_arguments(PROGRAM "" "" "DEPENDS" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${PLAYBACK_ROOT}/${folder}/*.cpp)
    if(NOT sources)
        return()
    endif()
    add_executable(${name} ${sources})
    target_link_libraries(${name} PRIVATE playback_options ${PROGRAM_DEPENDS} CLI11::CLI11)
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
    playback_precompile(${name})
endfunction()

# playback_static_program(NAME SOURCES ... ROOMS room=folder ... DEPENDS ...)
# One file that runs where there are no libraries. Sanitizers need libraries, so in their builds it
# compiles its rooms once more, without them.
function(playback_static_program name)
    cmake_parse_arguments(PROGRAM "" "" "SOURCES;ROOMS;DEPENDS" ${ARGN})
    add_executable(${name} ${PROGRAM_SOURCES})
    target_link_options(${name} PRIVATE -static)
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
    foreach(room IN LISTS PROGRAM_ROOMS)
        string(REPLACE "=" ";" room ${room})
        list(GET room 0 library)
        list(GET room 1 folder)
        if(PLAYBACK_SANITIZE STREQUAL "" AND NOT PLAYBACK_FUZZ)
            target_link_libraries(${name} PRIVATE ${library})
        else()
            file(GLOB sources CONFIGURE_DEPENDS ${PLAYBACK_ROOT}/${folder}/*.cpp)
            target_sources(${name} PRIVATE ${sources})
        endif()
    endforeach()
    target_link_libraries(${name} PRIVATE playback_plain_options ${PROGRAM_DEPENDS})
endfunction()
