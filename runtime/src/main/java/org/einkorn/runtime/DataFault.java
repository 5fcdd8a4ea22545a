package org.einkorn.runtime;

/// Everything that data can do wrong, each with its stable code and its title. The codes E0501 to
/// E0529 are about files, E0530 to E0549 about tensors in memory, E0550 and above about a run. Each
/// has a page in `docs/errors`.
public enum DataFault {
  FILE_NOT_FOUND("E0501", "the file does not exist"),
  IS_A_DIRECTORY("E0502", "the path is a directory, not a file"),
  UNREADABLE("E0503", "the file cannot be read"),
  WRONG_MAGIC("E0504", "the content is not of the format that the name says"),
  TRUNCATED("E0505", "the file ends before its data do"),
  IMPOSSIBLE_SIZE("E0506", "the header claims a size that cannot be"),
  UNSUPPORTED_DTYPE("E0507", "the element type of the file is not supported"),
  BAD_CELL("E0508", "a cell is not a number"),
  RAGGED_ROW("E0509", "a row has another number of cells than the rows before it"),
  UNKNOWN_EXTENSION("E0510", "the file name does not say a known format"),
  BAD_HEADER("E0511", "the header does not follow the format"),
  KEY_MISSING("E0512", "the archive has no entry with this key"),
  KEY_NEEDED("E0513", "the archive has several entries and no key says which"),
  KEY_NOT_ALLOWED("E0514", "a key is given for a file that holds one tensor"),
  TRAILING_BYTES("E0515", "the file goes on after its data end"),
  UNWRITABLE("E0516", "the file cannot be written"),
  FORMAT_LACKS_DTYPE("E0517", "the format cannot store this element type"),
  FORMAT_LACKS_SHAPE("E0518", "the format cannot store this shape"),
  CORRUPT_COMPRESSION("E0519", "the compressed data are broken"),
  BAD_IMAGE("E0520", "the image cannot be decoded"),
  BAD_TEXT("E0521", "the text is not valid UTF-8"),
  EMPTY_TABLE("E0522", "the table has no numbers"),
  FORMAT_READ_ONLY("E0523", "the format can be read but not written"),
  WRONG_COLUMNS("E0524", "a line is no tuple of the relation"),
  NOT_A_POSITION("E0525", "a cell holds no position"),
  NOT_A_LABEL("E0526", "a cell holds no label"),
  SHAPE_OVERFLOW("E0530", "the shape has more elements than can be counted"),
  NEGATIVE_EXTENT("E0531", "an extent is negative"),
  INDEX_OUT_OF_BOUNDS("E0532", "an index is outside the tensor"),
  WRONG_RANK("E0533", "the number of axes is wrong"),
  WRONG_DTYPE("E0534", "the element type is wrong"),
  VALUE_OUT_OF_RANGE("E0535", "a value does not fit the element type"),
  SHAPE_MISMATCH("E0536", "the shapes do not agree"),
  NOT_CONTIGUOUS("E0537", "the tensor is not contiguous"),
  MEMORY_MISMATCH("E0538", "the memory does not hold this tensor"),
  MEMORY_CLOSED("E0539", "the memory of the tensor cannot be reached"),
  READ_ONLY("E0540", "the memory of the tensor is read-only"),
  OUT_OF_MEMORY("E0541", "there is not enough memory for the tensor"),
  POSITION_OUTSIDE_AXIS("E0550", "a position is outside its axis"),
  INTEGER_OVERFLOW("E0551", "integer arithmetic has no exact result in its type"),
  NOT_SETTLED("E0558", "an iteration does not settle"),
  INPUT_MISSING("E0552", "an input has no data"),
  INPUT_UNKNOWN("E0553", "the program has no such tensor"),
  MEMORY_BUDGET("E0554", "the memory budget does not suffice"),
  ARGUMENT_SYNTAX("E0555", "an argument can't be read"),
  ACCESS_REFUSED("E0556", "the program may not touch this file"),
  WRONG_TENSORS("E0557", "a kernel is given other tensors than it takes"),
  LOSS_NOT_A_NUMBER("E0560", "what is minimized is no number"),
  CHECKPOINT_MISFIT("E0561", "the checkpoint is not one of this program and run");

  private final String code;
  private final String title;

  DataFault(String code, String title) {
    this.code = code;
    this.title = title;
  }

  /// The stable code, such as `E0509`.
  public String code() {
    return code;
  }

  /// Whether nothing is wrong but that memory does not suffice.
  public boolean isLimit() {
    return this == MEMORY_BUDGET || this == OUT_OF_MEMORY;
  }

  /// What went wrong, without the particulars.
  public String title() {
    return title;
  }
}
