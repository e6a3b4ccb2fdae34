# cmake -DOUT=x.cpp -DHEADER=x.h -DNAMESPACE=ns -P embed.cmake NAME=file;file ...
# Writes files into a C++ source as characters, so that what people edit stays a file of its own.
set(text "#include \"${HEADER}\"\n\nnamespace ${NAMESPACE} {\n\n")
foreach(part IN LISTS PARTS)
    string(REPLACE "=" ";" pair "${part}")
    list(GET pair 0 name)
    list(GET pair 1 paths)
    string(REPLACE "," ";" paths "${paths}")
    set(all "")
    foreach(path IN LISTS paths)
        file(READ "${path}" hex HEX)
        string(APPEND all "${hex}")
    endforeach()
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," all "${all}")
    string(APPEND text "static constexpr char ${name}_bytes[] = {${all}'\\0'};\n"
           "const std::string_view ${name}(${name}_bytes, sizeof ${name}_bytes - 1);\n\n")
endforeach()
string(APPEND text "}  // namespace ${NAMESPACE}\n")
file(WRITE "${OUT}" "${text}")
