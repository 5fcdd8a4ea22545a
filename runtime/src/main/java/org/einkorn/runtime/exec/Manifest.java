package org.einkorn.runtime.exec;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.einkorn.runtime.DType;

/// What compiled code works on, as plain data.
///
/// @param program the program's name
/// @param symbols the sizes that data fix, then those that grow as a run needs
/// @param buffers every piece of global memory: inputs first, then outputs and temporaries
/// @param functions what is run, in order
/// @param repeats which functions run again and again, in order
/// @param queries what is printed
/// @param listings the outputs that are lists of tuples
public record Manifest(
    String program,
    List<SymbolSpec> symbols,
    List<BufferSpec> buffers,
    List<FunctionSpec> functions,
    List<RepeatSpec> repeats,
    List<QuerySpec> queries,
    List<ListingSpec> listings) {

  public Manifest {
    symbols = List.copyOf(symbols);
    buffers = List.copyOf(buffers);
    functions = List.copyOf(functions);
    repeats = List.copyOf(repeats);
    queries = List.copyOf(queries);
    listings = List.copyOf(listings);
  }

  /// What code works on all of whose outputs are buffers.
  public Manifest(
      String program,
      List<SymbolSpec> symbols,
      List<BufferSpec> buffers,
      List<FunctionSpec> functions,
      List<RepeatSpec> repeats,
      List<QuerySpec> queries) {
    this(program, symbols, buffers, functions, repeats, queries, List.of());
  }

  /// The same where queries and relations have the labels that data give.
  ///
  /// @param labels by the symbol of the extent of the axes that have them
  public Manifest labelled(Map<String, List<String>> labels) {
    List<BufferSpec> newBuffers =
        buffers.stream()
            .map(
                spec ->
                    spec.role() == Role.OUTPUT && spec.content().kind() == Content.Kind.TUPLES
                        ? spec.with(spec.content().labelled(labels))
                        : spec)
            .toList();
    List<QuerySpec> newQueries =
        queries.stream()
            .map(
                query ->
                    new QuerySpec(
                        query.text(),
                        query.name(),
                        RelationData.labels(
                            query.labels(), contentOf(query.name()).extents(), labels)))
            .toList();
    List<ListingSpec> newListings =
        listings.stream().map(listing -> listing.with(listing.content().labelled(labels))).toList();
    return new Manifest(program, symbols, newBuffers, functions, repeats, newQueries, newListings);
  }

  /// A size and where it is read off: the extent of `axis` of buffer number `buffer`. Where that is
  /// a temporary the size grows: a run that needs more places along the axis begins anew with more.
  public record SymbolSpec(String name, int buffer, int axis) {}

  /// What a piece of memory is for.
  public enum Role {
    INPUT,
    PARAM,
    OUTPUT,
    TEMPORARY;

    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    /// Whether the caller brings the data.
    public boolean isInput() {
      return this == INPUT || this == PARAM;
    }
  }

  /// One piece of memory.
  ///
  /// @param live the steps of the program between which the memory holds something of use
  /// @param file where an input is read from or an output is written to, if the program says so
  /// @param content what the elements of an input are, and what the file of an output gets
  public record BufferSpec(
      Role role,
      String name,
      DType dtype,
      int rank,
      Steps live,
      Optional<String> file,
      Content content) {
    /// A tensor of a program that takes and writes no relations.
    public BufferSpec(
        Role role, String name, DType dtype, int rank, Steps live, Optional<String> file) {
      this(role, name, dtype, rank, live, file, Content.PLAIN);
    }

    BufferSpec with(Content newContent) {
      return new BufferSpec(role, name, dtype, rank, live, file, newContent);
    }
  }

  /// What a tensor is to those who read and write files.
  ///
  /// @param extents of its axes, or of those of the relation whose tuples it holds: numbers,
  ///   symbols, and empty for what is computed
  /// @param labels for each axis those that the program gives; empty for other axes
  /// @param least how many positions there are at least
  public record Content(Kind kind, List<String> extents, List<List<String>> labels, long least) {
    /// A tensor of which nothing need be said.
    public static final Content PLAIN = new Content(Kind.ELEMENTS, List.of(), List.of(), 0);

    public Content {
      extents = List.copyOf(extents);
      labels = labels.stream().map(List::copyOf).toList();
    }

    /// What the elements are.
    public enum Kind {
      /// Those of the tensor itself.
      ELEMENTS,
      /// An input holds the tuples of a relation; the file of an output gets the true ones.
      TUPLES,
      /// One for each label of an axis.
      LABELS,
      /// One for each position of an axis.
      POSITIONS
    }

    private Content labelled(Map<String, List<String>> fromData) {
      return new Content(kind, extents, RelationData.labels(labels, extents, fromData), least);
    }
  }

  /// A range of the steps of a program, both ends included.
  ///
  /// Steps are numbered in the order in which they are taken; a function is one step or several.
  /// Two temporaries whose ranges have no step in common may lie in the same memory.
  public record Steps(int first, int last) {
    public Steps {
      if (first < 0 || last < first) {
        throw new IllegalArgumentException("no steps from " + first + " to " + last);
      }
    }

    public boolean overlaps(Steps other) {
      return first <= other.last && other.first <= last;
    }
  }

  /// One function.
  ///
  /// @param fetches for each fetch in text order `tensor`, axis: what a position trap is about
  public record FunctionSpec(String name, List<FetchSpec> fetches) {
    public FunctionSpec {
      fetches = List.copyOf(fetches);
    }
  }

  /// Functions that run again and again.
  ///
  /// @param first the first function of a round
  /// @param test after which function it is seen whether there is an end; one less than `first`
  ///   where that is before it
  /// @param last the last function of a round
  /// @param until the number of a `bool` buffer that ends all, or −1
  /// @param limit the number of an `i64` buffer that holds the number of rounds, or −1. With an
  ///   `until`, that many rounds without an end are a failure
  public record RepeatSpec(int first, int test, int last, int until, int limit) {}

  /// A position taken from data.
  public record FetchSpec(String source, String tensor, int axis) {}

  /// An output that is the list of the tuples at which it holds.
  ///
  /// @param tuples the number of the `i64[places, axes]` buffer whose rows from 1 are the tuples;
  ///   one column for an output without axes
  /// @param count the number of the `i64` buffer that says before which row they end
  /// @param file where it is written to, if the program says so
  /// @param content what its file gets, with the extents of its axes
  public record ListingSpec(
      String name, int tuples, int count, Optional<String> file, Content content) {
    ListingSpec with(Content newContent) {
      return new ListingSpec(name, tuples, count, file, newContent);
    }

    /// The extents of its axes.
    ///
    /// @param sizes the values of the symbols
    public long[] extents(Map<String, Long> sizes) {
      return content.extents().stream()
          .mapToLong(
              extent ->
                  Optional.ofNullable(sizes.get(extent)).orElseGet(() -> Long.valueOf(extent)))
          .toArray();
    }
  }

  /// A question and the output that answers it.
  ///
  /// @param labels for each axis the labels of its positions; empty for a plain axis
  public record QuerySpec(String text, String name, List<List<String>> labels) {
    public QuerySpec {
      labels = labels.stream().map(List::copyOf).toList();
    }
  }

  /// Whether a size grows as a run needs.
  public boolean grows(SymbolSpec symbol) {
    return buffers.get(symbol.buffer()).role() == Role.TEMPORARY;
  }

  /// What the tensor with this name is to those who read and write files.
  public Content contentOf(String name) {
    for (ListingSpec listing : listings) {
      if (listing.name().equals(name)) {
        return listing.content();
      }
    }
    return indexOf(name).map(number -> buffers.get(number).content()).orElse(Content.PLAIN);
  }

  /// The number of the buffer with this name, if there is one.
  public Optional<Integer> indexOf(String name) {
    for (int index = 0; index < buffers.size(); index++) {
      if (buffers.get(index).name().equals(name)) {
        return Optional.of(index);
      }
    }
    return Optional.empty();
  }
}
