package org.einkorn;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import org.einkorn.ir.target.Backend;
import org.einkorn.ir.target.RefusedException;

/// The backends that are on the class path.
public final class Backends {
  private static final Map<String, Backend> FOUND = new ConcurrentHashMap<>();

  private Backends() {}

  /// The backend with this name.
  ///
  /// @throws RefusedException E0720 if it is not there
  public static Backend of(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new RefusedException(
                    "E0720",
                    "no backend `" + name + "` is on the class path",
                    "add the artifact org.einkorn:einkorn-backend-" + name));
  }

  /// The backend with this name, if it is there.
  static Optional<Backend> find(String name) {
    Backend found = FOUND.get(name);
    if (found != null) {
      return Optional.of(found);
    }
    for (ServiceLoader.Provider<Backend> provider : providers()) {
      Backend backend = provider.get();
      FOUND.putIfAbsent(backend.name(), backend);
      if (backend.name().equals(name)) {
        return Optional.of(backend);
      }
    }
    return Optional.empty();
  }

  /// Every backend on the class path.
  public static List<Backend> all() {
    return providers().stream().map(ServiceLoader.Provider::get).toList();
  }

  private static List<ServiceLoader.Provider<Backend>> providers() {
    return ServiceLoader.load(Backend.class, Backends.class.getClassLoader()).stream().toList();
  }
}
