package org.einkorn.tune;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.common.tree.RandomForestTrainer;
import org.tribuo.ensemble.EnsembleModel;
import org.tribuo.impl.ArrayExample;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;
import org.tribuo.regression.ensemble.AveragingCombiner;
import org.tribuo.regression.rtree.CARTRegressionTrainer;
import org.tribuo.regression.rtree.impurity.MeanSquaredError;

/// Foretells how long a schedule takes from the features of its point: a forest of regression trees
/// (Breiman, *Random Forests*, 2001) over the logarithm of the time, for that of the schedule that
/// the search began with.
final class CostModel {
  private static final int TREES = 40;
  private static final int DEPTH = 10;
  private static final float FEATURES_IN_SPLIT = 0.5f;

  /// It tells of each tree. Kept, since a logger that nobody holds forgets its level.
  private static final Logger TRIBUO = Logger.getLogger("org.tribuo");

  static {
    TRIBUO.setLevel(Level.WARNING);
  }

  private final long seed;
  private final List<Sample> samples = new ArrayList<>();
  private Optional<Model<Regressor>> trained = Optional.empty();

  /// What a time is learned from.
  ///
  /// @param ratio the time, for that of the schedule that the search began with
  record Sample(double[] features, double ratio) {
    Sample {
      features = features.clone();
    }
  }

  CostModel(long seed) {
    this.seed = seed;
  }

  void add(Sample sample) {
    samples.add(sample);
    trained = Optional.empty();
  }

  int size() {
    return samples.size();
  }

  /// The logarithm of the ratio that is expected.
  double expected(double[] features) {
    if (trained.isEmpty()) {
      trained = Optional.of(train());
    }
    return trained.get().predict(example(features, 0)).getOutput().getValues()[0];
  }

  private EnsembleModel<Regressor> train() {
    RegressionFactory factory = new RegressionFactory();
    MutableDataset<Regressor> data =
        new MutableDataset<>(
            new SimpleDataSourceProvenance("measurements of schedules", factory), factory);
    samples.forEach(sample -> data.add(example(sample.features, Math.log(sample.ratio))));
    CARTRegressionTrainer tree =
        new CARTRegressionTrainer(
            DEPTH, 2, 0f, FEATURES_IN_SPLIT, false, new MeanSquaredError(), seed);
    return new RandomForestTrainer<>(tree, new AveragingCombiner(), TREES, seed).train(data);
  }

  private static ArrayExample<Regressor> example(double[] features, double value) {
    String[] names = new String[features.length];
    for (int number = 0; number < features.length; number++) {
      names[number] = "f" + number;
    }
    return new ArrayExample<>(new Regressor("log ratio", value), names, features);
  }
}
